"""Holds open once, close only with who, why and an event, and are never undone."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account, Event, Hold
from accounts.services.holds import place_hold, resolve_hold
from tests.cast import Cast


def _hold(account: Account, by: Actor, **more: object) -> Hold:
    values = {"source": "person", "key": "k", "reason": "query.outstanding", "message": "A query is outstanding."} | more
    return place_hold(account=account, by=by, **values)  # type: ignore[arg-type]


def test_opening_twice_is_one_hold_and_one_event(cast: Cast) -> None:
    account = lock_account(cast.account().pk)
    first = _hold(account, cast.actor("ana"))
    assert _hold(account, cast.actor("ben")) == first
    assert Event.objects.filter(kind="hold.opened").count() == 1


def test_resolving_keeps_who_and_why(cast: Cast) -> None:
    account = lock_account(cast.account().pk)
    hold = resolve_hold(account=account, hold=_hold(account, cast.actor("ana")), by=cast.actor("cleo"), resolution="Answered.")
    assert hold.resolved_by == f"person:{cast.cleo.pk}"
    assert hold.resolved_event is not None
    with pytest.raises(Conflict):
        resolve_hold(account=account, hold=hold, by=cast.actor("cleo"), resolution="Again.")


def test_resolving_needs_words(cast: Cast) -> None:
    account = lock_account(cast.account().pk)
    with pytest.raises(Refused, match="no_reason"):
        resolve_hold(account=account, hold=_hold(account, cast.actor("ana")), by=cast.actor("cleo"), resolution=" ")


def test_a_person_cannot_close_what_the_check_found(cast: Cast) -> None:
    account = lock_account(cast.account().pk)
    hold = _hold(account, Actor.system("release.check"), source="check")
    with pytest.raises(Refused, match="by_check"):
        resolve_hold(account=account, hold=hold, by=cast.actor("cleo"), resolution="Because.")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_hold SET resolved_at = now()",
        "UPDATE accounts_hold SET resolved_at = now(), resolved_by = 'person:1', resolution = 'x'",
        "UPDATE accounts_hold SET resolved_at = now(), resolved_by = 'person:1', resolution = 'x', "
        "resolved_event_id = (SELECT min(id) FROM accounts_event)",
        "UPDATE accounts_hold SET blocking = false",
        "UPDATE accounts_hold SET account_id = account_id + 1",
        "DELETE FROM accounts_hold",
    ],
)
def test_plain_sql_cannot_take_a_hold_away(cast: Cast, statement: str) -> None:
    account = lock_account(cast.account().pk)
    _hold(account, cast.actor("ana"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Hold.objects.filter(resolved_at__isnull=True, blocking=True).count() == 1
