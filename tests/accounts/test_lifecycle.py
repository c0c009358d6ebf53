"""The table of moves is the same in Python and in the database, and nothing else is allowed."""

import importlib
import itertools

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import lifecycle
from accounts.errors import Conflict
from accounts.locking import lock_account
from accounts.models import Event, Step
from tests.cast import Cast

IN_SQL = importlib.import_module("accounts.migrations.0006_steps").MOVES
REFUSED = [(a, b) for a, b in itertools.permutations(Step.values, 2) if not lifecycle.allowed(a, b)]


def test_the_database_has_the_table_of_moves() -> None:
    assert set(IN_SQL) == {(move.before.value, move.after.value) for move in lifecycle.MOVES}


def test_a_move_is_one_event(cast: Cast) -> None:
    account = lock_account(cast.account().pk)
    lifecycle.move(account=account, to=Step.DISCHARGED, by=cast.actor("ana"))
    account.refresh_from_db()
    assert account.step == Step.DISCHARGED
    assert Event.objects.filter(account=account, kind="account.moved").count() == 1


@pytest.mark.parametrize(("before", "after"), REFUSED)
def test_a_move_outside_the_table_is_refused_in_python(before: str, after: str) -> None:
    assert not lifecycle.allowed(before, after)


def test_python_refuses_a_move_with_a_sentence(cast: Cast) -> None:
    account = lock_account(cast.account().pk)
    with pytest.raises(Conflict, match="registered"):
        lifecycle.move(account=account, to=Step.RELEASED, by=cast.actor("cleo"))


@pytest.mark.parametrize("after", [step for step in Step.values if not lifecycle.allowed(Step.REGISTERED, step)])
def test_sql_refuses_every_move_from_registered_that_is_not_in_the_table(cast: Cast, after: str) -> None:
    account = cast.account()
    if after == account.step:
        return
    with pytest.raises(DatabaseError, match=r"cannot (move|be released)"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_account SET step = %s WHERE id = %s", [after, account.pk])
