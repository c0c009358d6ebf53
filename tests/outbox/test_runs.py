"""Runs: an effect and its end commit together, a stale lease commits nothing, what keeps failing is parked."""

import threading

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import OutboxRow
from coding_workflow.outbox import leases, registry, runs, services

from .handlers import effects


def shift(row, column, seconds):
    """Move one instant of a row, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_outboxrow SET {column} = clock_timestamp() + make_interval(secs => %s) WHERE id = %s",
            [seconds, row.pk],
        )


def seconds_until(row, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT extract(epoch FROM {column} - clock_timestamp()) FROM accounts_outboxrow WHERE id = %s", [row.pk])
        return float(cursor.fetchone()[0])


def test_a_run_leaves_its_effect_and_is_done(ask):
    row = ask()
    assert services.perform(row_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.fence, row.leased_until, row.error) == ("done", 1, 1, None, "")
    assert row.finished_at is not None
    assert effects() == {str(row.pk): 1}


def test_a_second_delivery_finds_nothing_to_do(ask):
    row = ask()
    assert [services.perform(row_id=row.pk) for _ in range(5)] == [True, False, False, False, False]
    assert effects() == {str(row.pk): 1}


def test_a_row_is_not_taken_before_its_time_nor_while_leased(ask):
    row = ask()
    shift(row, "not_before", 60)
    assert leases.take(row.pk) is None
    shift(row, "not_before", -1)
    taken = leases.take(row.pk)
    assert taken is not None
    assert leases.take(row.pk) is None


def test_a_lease_lasts_longer_than_a_run_may_and_bulk_longer(ask):
    for kind, lane in (("test.effect", "interactive"), ("test.bulk", "bulk")):
        taken = leases.take(ask(kind).pk)
        length = settings.OUTBOX_LEASE_SECONDS[lane]
        assert length - 5 < seconds_until(taken, "leased_until") <= length
    assert settings.OUTBOX_LEASE_SECONDS["interactive"] > settings.CELERY_TASK_TIME_LIMIT > settings.CELERY_TASK_SOFT_TIME_LIMIT
    assert settings.OUTBOX_LEASE_SECONDS["interactive"] < 45


def test_a_lease_that_ran_out_goes_to_the_next_and_the_first_writes_nothing(ask):
    row = ask()
    slow = leases.take(row.pk)
    shift(row, "leased_until", -1)
    quick = leases.take(row.pk)
    assert (slow.fence, quick.fence) == (1, 2)
    assert not runs.run(slow)
    assert effects() == {}
    assert runs.run(quick)
    assert effects() == {str(row.pk): 1}
    assert not runs.run(slow)
    assert effects() == {str(row.pk): 1}


def test_a_stale_failure_does_not_touch_the_row_of_the_next(ask):
    row = ask("test.defect")
    slow = leases.take(row.pk)
    shift(row, "leased_until", -1)
    quick = leases.take(row.pk)
    runs.run(slow)
    row.refresh_from_db()
    assert (row.state, row.fence, row.error) == ("leased", quick.fence, "")


def test_a_kind_that_nobody_knows_is_parked_not_dropped(ask):
    row = ask("test.of_the_future")
    assert not services.perform(row_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == ("parked", "outbox.unknown_kind")


def test_a_refusal_of_the_domain_is_parked_with_its_code_and_leaves_nothing(ask):
    row = ask("test.refused")
    assert not services.perform(row_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.error, row.attempts) == ("parked", "test.taken", 1)
    assert effects() == {}


def test_a_failure_is_tried_again_later_each_time_and_then_parked(ask):
    row, delays = ask("test.defect"), []
    for _ in range(settings.OUTBOX_ATTEMPTS):
        shift(row, "not_before", -1)
        assert not services.perform(row_id=row.pk)
        delays.append(seconds_until(row, "not_before"))
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("parked", settings.OUTBOX_ATTEMPTS)
    assert delays[:4] == [pytest.approx(expected, abs=1) for expected in (2, 8, 32, 128)]
    assert effects() == {}


def test_an_error_is_class_and_place_never_text(ask, caplog):
    row = ask("test.defect")
    services.perform(row_id=row.pk)
    row.refresh_from_db()
    assert row.error.startswith("RuntimeError at tests/outbox/handlers.py:")
    assert "ZQXCNRY" not in row.error + caplog.text


def test_a_process_that_dies_uses_up_an_attempt_and_the_row_is_parked(ask):
    row = ask()
    for attempt in range(settings.OUTBOX_ATTEMPTS):
        assert leases.take(row.pk).attempts == attempt + 1
        shift(row, "leased_until", -1)
    assert leases.take(row.pk) is None
    assert leases.park_lost() == 1
    row.refresh_from_db()
    assert (row.state, row.error) == ("parked", "outbox.worker_lost")


def test_work_asked_for_during_a_failing_run_is_done_by_the_new_row(ask):
    taken = leases.take(ask("test.defect").pk)
    asked_meanwhile = ask("test.defect")
    assert asked_meanwhile.pk != taken.pk
    runs.run(taken)
    taken.refresh_from_db()
    asked_meanwhile.refresh_from_db()
    assert (taken.state, taken.error) == ("done", "outbox.merged")
    assert (asked_meanwhile.state, asked_meanwhile.attempts) == ("waiting", 1)


def test_one_kind_has_one_handler():
    with pytest.raises(ValueError, match="two handlers"):
        registry.handler("test.effect")(lambda row: None)
    assert {"test.effect", "test.bulk"} <= set(registry.kinds())


def test_five_deliveries_at_the_same_time_have_one_effect(committed_db, ask):
    rows = [ask(key=str(number)) for number in range(20)]
    start, results = threading.Barrier(5), []

    def deliver():
        start.wait()
        results.extend(services.perform(row_id=row.pk) for row in rows)
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(True) == len(rows)
    assert effects() == {str(row.pk): 1 for row in rows}
    assert not OutboxRow.objects.exclude(state="done", attempts=1).exists()
