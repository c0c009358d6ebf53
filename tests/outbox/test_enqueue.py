"""Asking for work: once while it waits, in the transaction that causes it, and nothing about a patient."""

import datetime
import select
import uuid

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import OutboxRow
from accounts.outbox import enqueue
from coding_workflow.outbox import wire


def test_a_request_is_due_at_once_by_the_databases_clock(ask):
    row = ask()
    with connection.cursor() as cursor:
        cursor.execute("SELECT not_before <= clock_timestamp() FROM accounts_outboxrow WHERE id = %s", [row.pk])
        assert cursor.fetchone() == (True,)
    assert (row.state, row.lane, row.attempts, row.fence, row.rung_at) == ("waiting", "interactive", 0, 0, None)


def test_the_facility_is_the_accounts_unless_given(cast):
    account = cast.account()
    row_id = enqueue(kind="test.effect", key=str(account.pk), account_id=account.pk)
    assert OutboxRow.objects.get(pk=row_id).facility_id == account.facility_id


def test_while_a_row_waits_the_same_request_joins_it_at_the_earlier_time(ask):
    soon, later = (timezone.now() + datetime.timedelta(hours=hours) for hours in (1, 2))
    first = ask(not_before=soon, payload={"revision": 1})
    second = ask(not_before=later, payload={"revision": 2})
    assert first.pk == second.pk
    assert second.not_before == soon
    assert second.payload == {"revision": 2}
    assert ask().not_before < soon
    assert OutboxRow.objects.count() == 1


def test_joining_clears_the_bell_so_that_it_rings_again(ask):
    OutboxRow.objects.filter(pk=ask().pk).update(rung_at=timezone.now())
    assert ask().rung_at is None


def test_another_key_or_a_finished_row_is_another_row(ask):
    first = ask()
    assert ask(key="2").pk != first.pk
    OutboxRow.objects.filter(pk=first.pk).update(state="done")
    assert ask().pk != first.pk


def test_the_lane_is_the_kinds_unless_given_and_interactive_wins(ask):
    assert ask("test.bulk").lane == "bulk"
    assert ask("test.bulk", lane="interactive").lane == "interactive"
    assert ask("test.bulk", lane="bulk").lane == "interactive"
    with pytest.raises(ValueError, match="No lane"):
        ask(lane="express")


@pytest.mark.parametrize(
    "payload",
    [
        {"note": "Patient fell"},
        {"name": "SMITH"},
        {"name": "smith^john"},
        {"mrn": "00123456"},
        {"mrn": "mrn00123456"},
        {"born": "1957-02-03"},
        {"amount": 1.5},
        {"codes": ["a"]},
        {"nested": {"id": 1}},
        {"Smith": 1},
        {"ids": list(range(1001))},
    ],
)
def test_a_payload_holds_ids_and_short_codes_only(db, payload):
    with pytest.raises(ValueError) as raised:
        enqueue(kind="test.effect", key="1", payload=payload)
    assert not any(str(value) in str(raised.value) for value in payload.values())
    assert not OutboxRow.objects.exists()


def test_ids_codes_and_hashes_are_allowed(ask):
    payload = {
        "revision": 3,
        "ids": [1, 2],
        "by": "policy.auto_release",
        "action": str(uuid.uuid4()),
        "table": "0f" * 32,
        "none": None,
    }
    assert ask(key=f"12:{uuid.uuid4()}:2026-09-30:daily_sample", payload=payload).payload == payload


@pytest.mark.parametrize("key", ["", "SMITH^JOHN", "Jane Doe", "12:", "a" * 121, "A0012345"])
def test_a_key_is_ids_codes_and_dates(db, key):
    with pytest.raises(ValueError, match="ids, codes or dates"):
        enqueue(kind="test.effect", key=key)


def test_a_kind_is_a_code_and_a_time_is_aware(db):
    with pytest.raises(ValueError, match="dotted"):
        enqueue(kind="Test Effect", key="1")
    with pytest.raises(ValueError, match="aware"):
        enqueue(kind="test.effect", key="1", not_before=datetime.datetime(2026, 9, 30))


@pytest.fixture
def listener(committed_db, cast):
    ear = wire.connect()
    with ear.cursor() as cursor:
        cursor.execute("LISTEN outbox")
    yield ear
    ear.close()


def _heard(ear, seconds):
    if not select.select([ear], [], [], seconds)[0]:
        return 0
    ear.poll()
    count = len(ear.notifies)
    ear.notifies.clear()
    return count


def test_the_bell_rings_at_commit_and_once_for_a_burst(listener, ask):
    with transaction.atomic():
        ask(key="1")
        ask(key="2")
        assert _heard(listener, 0.2) == 0
    assert _heard(listener, 5) == 1


def test_bulk_timed_and_rolled_back_work_does_not_ring(listener, ask):
    ask("test.bulk")
    ask(not_before=timezone.now() + datetime.timedelta(minutes=1))
    with transaction.atomic():
        ask(key="2")
        transaction.set_rollback(True)
    assert _heard(listener, 0.3) == 0
