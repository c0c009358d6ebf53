"""A reasoned end without a claim: by a supervisor, with words; what was open ends with it."""

import json

import pytest

from accounts import lifecycle
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account, Event, Hold, Step, WorkItem
from accounts.services.holds import place_hold
from accounts.services.work import open_work
from coding_workflow.release import services as release
from coding_workflow.release.models import Release
from coding_workflow.staff.models import User
from tests.cast import Cast

FEED = Actor.feed("TEST")
REASON = "Left without being seen."


@pytest.fixture
def account(cast: Cast) -> Account:
    """At the coding step with open work, a hold of the check and one of a person."""
    account = lock_account(cast.account().pk)
    for step in (Step.DISCHARGED, Step.CODING):
        lifecycle.move(account=account, to=step, by=FEED)
    for kind in ("coding", "release"):
        open_work(account=account, kind=kind, by=FEED, coding_type="inpatient")
    for source in ("check", "person"):
        place_hold(account=account, source=source, key="k", reason="documents.required", message="Missing.", by=FEED)
    return account


def _end(account: Account, by: Actor, reason: str = REASON) -> Account:
    return release.end_without_claim(account_id=account.pk, by=by, reason=reason)


def _refused(code: str, account: Account, by: Actor, reason: str = REASON) -> None:
    before = Event.objects.count()
    with pytest.raises(Refused) as refusal:
        _end(account, by, reason)
    assert refusal.value.code == code
    assert Event.objects.count() == before


def test_what_was_open_ends_with_the_account(account: Account, cast: Cast) -> None:
    assert _end(account, cast.actor("cleo")).step == Step.CLOSED
    assert Account.objects.get(pk=account.pk).step == Step.CLOSED
    assert set(WorkItem.objects.filter(account=account).values_list("outcome", flat=True)) == {"no_claim"}
    [left] = Hold.objects.filter(account=account, resolved_at__isnull=True)
    assert left.source == "person"
    assert not Release.objects.filter(account=account).exists()


def test_the_words_are_in_the_history_by_who_said_them(account: Account, cast: Cast) -> None:
    _end(account, cast.actor("cleo"))
    ended = Event.objects.get(account=account, kind="account.ended")
    assert (ended.actor, json.loads(ended.payload)) == (str(cast.cleo.pk), {"reason": REASON})
    resolved = Hold.objects.get(account=account, source="check")
    assert resolved.resolved_by == "system:release.check"


def test_policy_may_end_an_account_too(account: Account) -> None:
    assert _end(account, Actor.policy("self_pay")).step == Step.CLOSED


def test_an_end_needs_words(account: Account, cast: Cast) -> None:
    _refused("end.no_reason", account, cast.actor("cleo"), "  ")


@pytest.mark.parametrize("name", ["ana", "ben", "bill", "ada", "dov"])
def test_only_a_supervisor_of_the_facility_ends_an_account(account: Account, cast: Cast, name: str) -> None:
    _refused("release.role", account, cast.actor(name))


def test_an_inactive_supervisor_ends_nothing(account: Account, cast: Cast) -> None:
    User.objects.filter(pk=cast.cleo.pk).update(is_active=False)
    _refused("release.role", account, cast.actor("cleo"))


def test_an_account_ends_once(account: Account, cast: Cast) -> None:
    ended = _end(account, cast.actor("cleo"))
    _refused("account.move", ended, cast.actor("cleo"))
