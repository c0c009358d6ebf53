"""The relay's parts in this process: what it rings for, a broker that is away, and the one clock."""

import signal
import threading
import time

import pytest
from django.conf import settings

from accounts.models import OutboxRow
from coding_workflow.celery import app
from coding_workflow.outbox import bell, leases, registry, relay, timekeeper

from .processes import Ground, wait_until


class FakeBell:
    """A broker with so many messages in each queue, which fails after so many more."""

    def __init__(self):
        self.waiting, self.fails_after, self.rung = 0, 1000, []

    def within_reach(self):
        return True

    def queued(self, lane):
        return self.waiting

    def ring(self, lane, row_ids):
        sent = list(row_ids)[: self.fails_after]
        self.rung += [(lane, row_id) for row_id in sent]
        return len(sent)


@pytest.fixture
def fake_bell():
    return FakeBell()


@pytest.fixture
def sweep(fake_bell):
    relaying = relay.Relay(threading.Event())
    relaying._bell = fake_bell

    def once():
        fake_bell.rung.clear()
        relaying.sweep()
        return list(fake_bell.rung)

    return once


def past(row, column, seconds):
    """Set one instant of a row this many seconds into the past."""
    with relay.connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_outboxrow SET {column} = clock_timestamp() - make_interval(secs => %s) WHERE id = %s",
            [seconds, row.pk],
        )


def test_due_rows_are_rung_once_each_in_the_queue_of_their_lane(ask, sweep):
    row, bulk = ask(), ask("test.bulk")
    past(ask(key="2"), "not_before", -60)
    assert sweep() == [("interactive", row.pk), ("bulk", bulk.pk)]
    assert sweep() == []


def test_a_row_that_nobody_took_is_rung_again(ask, sweep):
    row = ask()
    assert sweep() == [("interactive", row.pk)]
    past(row, "rung_at", settings.OUTBOX_RING_AGAIN_SECONDS - 2)
    assert sweep() == []
    past(row, "rung_at", settings.OUTBOX_RING_AGAIN_SECONDS + 1)
    assert sweep() == [("interactive", row.pk)]


def test_a_lease_that_ran_out_is_rung_for(ask, sweep):
    row = ask()
    sweep()
    leases.take(row.pk)
    assert sweep() == []
    past(row, "leased_until", 1)
    assert sweep() == [("interactive", row.pk)]


def test_the_last_lost_attempt_is_parked_by_the_sweep(ask, sweep):
    row = ask()
    leases.take(row.pk)
    past(row, "leased_until", 1)
    OutboxRow.objects.update(attempts=settings.OUTBOX_ATTEMPTS)
    assert sweep() == []
    row.refresh_from_db()
    assert (row.state, row.error) == ("parked", leases.WORKER_LOST)


def test_no_more_is_rung_than_the_queue_has_room_for(ask, sweep, fake_bell):
    rows = [ask(key=str(number)) for number in range(5)]
    fake_bell.waiting = relay._QUEUE_BOUND - 2
    assert sweep() == [("interactive", row.pk) for row in rows[:2]]
    fake_bell.waiting = relay._QUEUE_BOUND
    assert sweep() == []
    fake_bell.waiting = None
    assert sweep() == []


def test_while_the_queue_is_busy_a_rung_row_is_taken_to_be_in_it(ask, sweep, fake_bell):
    row = ask()
    sweep()
    fake_bell.waiting = 1
    past(row, "rung_at", settings.OUTBOX_RING_AGAIN_SECONDS + 1)
    assert sweep() == []
    past(row, "rung_at", settings.OUTBOX_RING_AGAIN_SECONDS * relay._BUSY_FACTOR + 1)
    assert sweep() == [("interactive", row.pk)]


def test_what_the_broker_did_not_take_is_rung_at_the_next_sweep(ask, sweep, fake_bell):
    rows = [ask(key=str(number)) for number in range(3)]
    fake_bell.fails_after = 1
    assert sweep() == [("interactive", rows[0].pk)]
    fake_bell.fails_after = 100
    assert sweep() == [("interactive", row.pk) for row in rows[1:]]


@pytest.fixture
def broker(committed_db, tmp_path, monkeypatch):
    """A real broker that nobody else uses, and the address that this process's Celery has of it."""
    ground = Ground(tmp_path)
    ground.start_broker()
    monkeypatch.setattr(app.conf, "broker_url", f"redis://127.0.0.1:{ground.port}/0")
    yield ground
    ground.stop()


def _took(action):
    began = time.monotonic()
    action()
    return time.monotonic() - began


@pytest.mark.processes
def test_the_bell_rings_in_the_queue_of_the_lane_alone(broker):
    ringing = bell.Bell()
    assert ringing.queued("interactive") == 0
    assert ringing.ring("interactive", [1, 2, 3]) == 3
    assert broker.messages("interactive") == 3
    assert (ringing.queued("interactive"), ringing.queued("bulk")) == (3, 0)
    ringing.close()


@pytest.mark.processes
def test_a_broker_that_refuses_or_hangs_costs_little_and_is_left_alone_for_a_while(broker, caplog):
    caplog.set_level("INFO")
    ringing = bell.Bell()
    assert ringing.queued("interactive") == 0
    broker.broker.signal(signal.SIGSTOP)
    assert _took(lambda: ringing.ring("interactive", [1, 2, 3])) < 3
    assert not ringing.within_reach()
    assert _took(lambda: ringing.queued("interactive")) < 3
    broker.broker.kill()
    assert _took(lambda: ringing.queued("interactive")) < 3
    assert caplog.text.count("relay.broker_unreachable") == 1
    broker.start_broker()
    wait_until(ringing.within_reach, bell._LONGEST_PAUSE + 1, "the pause to end")
    assert ringing.queued("interactive") == 0
    assert caplog.text.count("relay.broker_back") == 1
    ringing.close()


@pytest.fixture
def jobs(monkeypatch):
    """Only the jobs of this test; answers the list that they write to."""
    monkeypatch.setattr(registry, "_periodics", {})
    return []


def test_a_job_runs_at_its_interval_in_one_transaction(db, jobs):
    @registry.periodic(60)
    def each_minute():
        jobs.append(timekeeper.connection.in_atomic_block)

    clock = timekeeper.Timekeeper(threading.Event())
    ticked = [bool(clock.tick(now)) for now in (100, 101, 159, 161, 200, 222)]
    assert ticked == [True, False, False, True, False, True]
    assert jobs == [True] * 3


def test_a_failing_job_does_not_end_the_others_and_tells_no_text(db, jobs, caplog):
    @registry.periodic(1)
    def failing():
        raise RuntimeError("ZQXCNRY Testcase")

    @registry.periodic(1)
    def healthy():
        jobs.append("healthy")

    timekeeper.Timekeeper(threading.Event()).tick(1)
    assert jobs == ["healthy"]
    assert "RuntimeError at tests/outbox/test_relay.py:" in caplog.text
    assert "ZQXCNRY" not in caplog.text


def test_one_relay_at_a_time_keeps_the_clock_and_another_takes_over(committed_db):
    first, second = timekeeper.Chair(), timekeeper.Chair()
    try:
        assert [first.taken(), second.taken(), first.taken(), second.taken()] == [True, False, True, False]
        first.leave()
        wait_until(second.taken, 5, "the second takes over")
        assert not first.taken()
        second._wire.close()
        assert not second.taken()
        wait_until(first.taken, 5, "the first takes over again")
        assert not second.taken()
    finally:
        first.leave()
        second.leave()
