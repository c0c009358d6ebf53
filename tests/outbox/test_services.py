"""Draining in process, bringing parked work back, purging, and how the outbox stands."""

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import Event, OutboxRow
from accounts.outbox import enqueue
from coding_workflow.outbox import selectors, services

from .handlers import effects


def test_drain_runs_what_is_due_and_counts_what_finished(ask):
    for number in range(3):
        ask(key=str(number))
    ask("test.defect")
    ask(key="9", not_before=timezone.now() + datetime.timedelta(hours=1))
    assert services.drain() == 3
    assert len(effects()) == 3
    assert services.drain() == 0


def test_drain_keeps_to_its_limit_and_its_lanes(ask):
    for number in range(3):
        ask(key=str(number))
    ask("test.bulk")
    assert services.drain(limit=2) == 2
    assert services.drain(lanes=["bulk"]) == 1
    assert services.drain() == 1


@pytest.fixture
def parked(cast):
    account = cast.account()
    row_id = enqueue(kind="test.refused", key=str(account.pk), account_id=account.pk)
    services.drain()
    return OutboxRow.objects.get(pk=row_id, state="parked")


def test_parked_work_comes_back_with_all_its_attempts_and_history_says_who(parked, cast):
    row = services.requeue(row_id=parked.pk, by=cast.actor("cleo"))
    assert (row.pk, row.state, row.attempts, row.finished_at) == (parked.pk, "waiting", 0, None)
    event = Event.objects.get(account_id=parked.account_id, kind="outbox.requeued")
    assert (event.actor_kind, event.actor) == ("person", str(cast.cleo.pk))


def test_work_is_brought_back_once(parked, cast):
    services.requeue(row_id=parked.pk, by=cast.actor("cleo"))
    with pytest.raises(Conflict, match=r"outbox\.not_parked"):
        services.requeue(row_id=parked.pk, by=cast.actor("cleo"))
    with pytest.raises(Refused, match=r"outbox\.unknown"):
        services.requeue(row_id=0, by=cast.actor("cleo"))


def test_bringing_back_what_was_asked_for_again_answers_the_waiting_row(parked, cast):
    waiting = enqueue(kind=parked.kind, key=parked.key, account_id=parked.account_id)
    assert services.requeue(row_id=parked.pk, by=cast.actor("cleo")).pk == waiting
    parked.refresh_from_db()
    assert parked.state == "done"


def test_purge_deletes_old_finished_rows_only(ask, settings):
    old, fresh, parked_row = (ask(key=str(number)) for number in range(3))
    long_ago = timezone.now() - datetime.timedelta(days=settings.OUTBOX_KEEP_DAYS, hours=1)
    OutboxRow.objects.filter(pk=old.pk).update(state="done", finished_at=long_ago)
    OutboxRow.objects.filter(pk=fresh.pk).update(state="done", finished_at=timezone.now())
    OutboxRow.objects.filter(pk=parked_row.pk).update(state="parked", finished_at=long_ago)
    assert services.purge() == 1
    assert set(OutboxRow.objects.values_list("pk", flat=True)) == {fresh.pk, parked_row.pk}


def test_the_status_names_the_oldest_due_work(ask, parked, cast):
    assert selectors.status() == selectors.Status(waiting=0, due=0, leased=0, parked=1, oldest_due_seconds=None)
    OutboxRow.objects.filter(pk=ask().pk).update(not_before=timezone.now() - datetime.timedelta(seconds=90))
    ask(key="2", not_before=timezone.now() + datetime.timedelta(hours=1))
    status = selectors.status()
    assert (status.waiting, status.due) == (2, 1)
    assert status.oldest_due_seconds == pytest.approx(90, abs=5)
    assert [row.pk for row in selectors.parked([cast.main.pk])] == [parked.pk]
    assert not selectors.parked([cast.other.pk]).exists()


def test_the_command_shows_parked_rows_and_brings_them_back(parked, cast):
    out = StringIO()
    call_command("outbox", stdout=out)
    assert f"row {parked.pk}  test.refused  attempts 1  test.taken" in out.getvalue()
    with pytest.raises(CommandError, match="--by"):
        call_command("outbox", requeue=[parked.pk], stdout=out)
    call_command("outbox", requeue=[parked.pk], by=cast.cleo.pk, stdout=out)
    assert OutboxRow.objects.get(pk=parked.pk).state == "waiting"


def test_a_person_is_named_in_history_even_for_a_command(parked, cast):
    services.requeue(row_id=parked.pk, by=Actor.person(cast.ada.pk))
    assert Event.objects.filter(account_id=parked.account_id, actor=str(cast.ada.pk)).exists()
