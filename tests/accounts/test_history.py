"""The chain of events verifies, and cannot be changed."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import history
from accounts.locking import lock_account
from accounts.models import Event
from tests.cast import Cast


def _three_events(cast: Cast) -> int:
    account = lock_account(cast.account().pk)
    for kind in ("test.one", "test.two", "test.three"):
        history.record(account=account, kind=kind, by=cast.actor("ana"), payload={"n": 1, "text": "naïve \u2028 \x1f"})
    return account.pk


def test_the_chain_that_the_database_wrote_verifies_in_python(cast: Cast) -> None:
    account = lock_account(_three_events(cast))
    assert account.event_sequence == 3
    assert history.verify_account(account) == []


def test_an_account_cannot_be_born_with_a_head_or_a_step(cast: Cast) -> None:
    account = cast.account(step="released", revision=7, event_sequence=5, event_head="x")
    account.refresh_from_db()
    assert (account.step, account.event_sequence, account.event_head) == ("registered", 0, "")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_event SET payload = '{}'",
        "DELETE FROM accounts_event",
        "TRUNCATE accounts_event",
        "UPDATE accounts_account SET event_head = 'x'",
        "UPDATE accounts_account SET event_sequence = 0",
        "UPDATE accounts_account SET revision = 0",
        "UPDATE accounts_account SET hold_version = 0",
        "ALTER TABLE accounts_event DISABLE TRIGGER ALL",
        "DROP TABLE accounts_event",
        "SET session_replication_role = replica",
        "SET ROLE coding_owner",
        "CREATE TEMP TABLE accounts_account (id int)",
        "CREATE TABLE public.shadow (id int)",
        "UPDATE accounts_documentversion SET text = ''",
        "DELETE FROM accounts_hold",
    ],
)
def test_plain_sql_as_the_application_role_is_refused(cast: Cast, statement: str) -> None:
    _three_events(cast)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 3
