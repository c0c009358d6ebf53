"""Keeping, publishing and bringing back queues; and open work that moves to where they want it."""

import datetime
import threading
from dataclasses import replace

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Event, OutboxRow, Queue, WorkItem
from coding_workflow.outbox.services import drain
from coding_workflow.staff.models import User
from tests.security.browser import signed_in
from worklist import routing
from worklist.assignment import claim_next, put_back
from worklist.models import QueueSetDraft, QueueSetVersion, Rerouting
from worklist.queueing import proposing, rerouting, services
from worklist.queueing.standard import STANDARD
from worklist.selectors.queue_preview import dry_run
from worklist.selectors.queue_sets import differences
from worklist.selectors.why_here import where

from .conftest import grant, open_on, post
from .queueing import DEAR, change, publish, put_in_force, queue_of, rule, second_person, with_first, without


def test_publishing_moves_what_is_open_and_writes_it_down(hospital, work):
    dear, cheap = work("A1"), work("A2")
    post(dear.account, 9_000)
    change(hospital, rule("dear", DEAR))
    assert (queue_of(dear), queue_of(cheap)) == ("dear", "code-inpatient")
    event = Event.objects.get(account=dear.account, kind="work.rerouted")
    assert '"queue":"dear"' in event.payload
    assert not Event.objects.filter(account=cheap.account, kind="work.rerouted").exists()
    assert WorkItem.objects.get(pk=dear.pk).why == "Coding: the total of charges is at least 5,000."
    job = Rerouting.objects.get()
    assert (job.total, job.seen, job.moved, job.settled) == (2, 2, 1, True)


def test_new_work_goes_by_the_published_queues(hospital, work):
    change(hospital, rule("dear", DEAR))
    account = hospital.account("A1")
    post(account, 9_000)
    assert queue_of(open_on(account, "coding")) == "dear"


def test_the_first_change_keeps_what_was_in_force_as_version_one(hospital):
    version = change(hospital, rule("dear", DEAR))
    assert version.number == 2
    first = QueueSetVersion.objects.get(facility=hospital.main, number=1)
    assert first.written_by is None
    back = _brought_back(hospital, first, hospital.ada)
    assert (back.number, back.back_to) == (3, 1)
    assert services.base_of(hospital.main)[0].queues == STANDARD.queues


def _brought_back(hospital, version, by) -> QueueSetVersion:
    made = proposing.propose_back(facility=hospital.main, to=version, by=by, reason="It was better")
    return proposing.publish_proposal(proposal_id=made.pk, by=second_person(hospital.main), seen=made.hash)


def test_a_queue_that_is_left_out_becomes_inactive_and_its_work_moves(hospital, work):
    item = work("A1", patient_class="clinic")
    publish(hospital.main, hospital.cleo, without(services.base_of(hospital.main)[0], "code-clinic"))
    assert queue_of(item) == "unrouted"
    assert not Queue.objects.get(facility=hospital.main, code="code-clinic").active


def test_rolling_back_moves_the_work_back(hospital, work):
    item = work("A1")
    change(hospital, rule("all"))
    assert queue_of(item) == "all"
    first = QueueSetVersion.objects.get(number=1)
    _brought_back(hospital, first, hospital.cleo)
    drain()
    assert queue_of(item) == "code-inpatient"


def test_work_in_hand_stays_and_moves_when_it_is_put_back(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    change(hospital, rule("all"))
    assert queue_of(item) == "code-inpatient"
    assert Rerouting.objects.get().waiting == [item.pk]
    put_back(item_id=item.pk, user=hospital.ana, reason="I know the patient")
    assert queue_of(item) == "all"


def test_a_lease_that_runs_out_is_looked_at_again(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    change(hospital, rule("all"))
    WorkItem.objects.filter(pk=item.pk).update(leased_until=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    for _ in range(3):
        OutboxRow.objects.filter(kind="worklist.reroute", state="waiting").update(not_before="2026-01-01T00:00Z")
        drain()
    assert queue_of(item) == "all"
    assert Rerouting.objects.get().finished_at is not None


def test_running_a_batch_twice_moves_nothing_twice(hospital, work):
    item = work("A1")
    change(hospital, rule("all"))
    job = Rerouting.objects.get()
    Rerouting.objects.filter(pk=job.pk).update(after=0, settled=False)
    rerouting.run_batch(rerouting_id=job.pk)
    assert Event.objects.filter(account=item.account, kind="work.rerouted").count() == 1


def test_batches_go_through_everything_once(hospital, work, monkeypatch):
    monkeypatch.setattr(rerouting, "BATCH", 2)
    items = [work(f"A{number}") for number in range(5)]
    change(hospital, rule("all"))
    assert {queue_of(item) for item in items} == {"all"}
    assert Rerouting.objects.get().seen == 5


def test_a_newer_version_ends_the_moving_of_an_older_one(hospital, work):
    work("A1")
    services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=with_first(STANDARD, rule("all")), base=0)
    put_in_force(hospital.main, hospital.cleo, "One")
    change(hospital, rule("dear", DEAR))
    assert Rerouting.objects.order_by("pk").first().finished_at is not None


def test_another_facilitys_work_stays_where_it_is(hospital, work):
    work("A1")
    grant(hospital.cleo, hospital.other, "supervisor")
    publish(hospital.other, hospital.cleo, with_first(STANDARD, rule("all")))
    assert set(WorkItem.objects.values_list("queue__code", flat=True)) == {"code-inpatient"}


def test_weights_in_force_make_the_rank(hospital, work):
    item = work("A1")
    before = WorkItem.objects.get(pk=item.pk).rank_at
    weights = replace(STANDARD.weights, target_hours={"inpatient": 24})
    change(hospital, weights=weights)
    after = WorkItem.objects.get(pk=item.pk)
    assert before - after.rank_at == datetime.timedelta(hours=72)
    assert after.rank_parts[0]["words"] == "Inpatient: due 1 day after discharge"


def test_words_that_came_with_the_work_stay(hospital, work):
    item = work("A1")
    WorkItem.objects.filter(pk=item.pk).update(why="Patient class changed")
    change(hospital, rule("all"))
    assert WorkItem.objects.get(pk=item.pk).why == "Patient class changed"


def test_only_supervisors_and_administrators_of_the_facility_write(hospital):
    for person in (hospital.ana, hospital.ben, hospital.cora, hospital.dov):
        with pytest.raises(NotAllowed):
            services.keep_draft(facility=hospital.main, by=person, queues=STANDARD, base=0)
    with pytest.raises(NotAllowed):
        services.keep_draft(facility=hospital.other, by=hospital.cleo, queues=STANDARD, base=0)


def test_publishing_takes_a_reason_a_change_and_the_newest_base(hospital):
    with pytest.raises(Conflict, match="no_draft"):
        proposing.propose(facility=hospital.main, by=hospital.cleo, reason="x")
    services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=services.base_of(hospital.main)[0], base=0)
    with pytest.raises(Refused, match="no_reason"):
        proposing.propose(facility=hospital.main, by=hospital.cleo, reason=" ")
    with pytest.raises(Refused, match="same"):
        proposing.propose(facility=hospital.main, by=hospital.cleo, reason="Nothing")
    publish(hospital.main, hospital.ada, with_first(STANDARD, rule("all")))
    services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=with_first(STANDARD, rule("dear", DEAR)), base=0)
    with pytest.raises(Conflict, match="moved_on"):
        proposing.propose(facility=hospital.main, by=hospital.cleo, reason="Late")
    assert QueueSetDraft.objects.filter(user=hospital.cleo).exists()


def test_a_queue_keeps_its_kind_and_names_only_people_of_the_facility(hospital):
    wrong = replace(
        STANDARD, queues=tuple(replace(each, kind="coding") if each.code == "review" else each for each in STANDARD.queues)
    )
    with pytest.raises(Refused, match="keeps its kind"):
        services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=wrong, base=0)
    stranger = with_first(STANDARD, rule("kept", people=(hospital.dov.pk,)))
    with pytest.raises(Refused, match="no role here"):
        services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=stranger, base=0)


@pytest.mark.parametrize("statement", ["UPDATE worklist_queuesetversion SET number = 9", "DELETE FROM worklist_queuesetversion"])
def test_plain_sql_changes_no_version(hospital, statement):
    change(hospital, rule("all"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_dry_run_says_what_publishing_then_does(hospital, work):
    dear, _ = work("A1"), work("A2")
    post(dear.account, 9_000)
    hidden = work("A3", restricted="VIP")
    post(hidden.account, 8_000)
    queues = with_first(services.base_of(hospital.main)[0], rule("dear", DEAR, name="Dear"))
    run = dry_run(hospital.main, queues)
    assert (run.looked_at, run.moved, run.dollars) == (3, 2, 17_000)
    (move,) = run.moves
    assert (move.before, move.after, move.accounts) == ("Inpatient to code", "Dear", 2)
    # A restricted account is counted and never named.
    assert move.named == [(dear.account_id, "A1")]
    assert hidden.account.number not in {each.number for each in run.head}
    assert queue_of(dear) == "code-inpatient"
    publish(hospital.main, hospital.cleo, queues)
    assert Rerouting.objects.get().moved == run.moved
    assert dry_run(hospital.main, queues).moved == 0


def test_the_dry_run_reads_all_of_it_in_few_statements(hospital, work):
    for number in range(12):
        work(f"A{number}")
    with CaptureQueriesContext(connection) as captured:
        dry_run(hospital.main, STANDARD)
    # Rows of the queues, and a batch with the empty one after it.
    assert len(captured) == 3


def test_what_if_shows_the_head_of_the_list_under_other_weights(hospital, work):
    old = work("OLD", discharge_date=datetime.date(2026, 9, 5))
    new = work("NEW", discharge_date=datetime.date(2026, 9, 8))
    post(new.account, 64_000)
    dollars = replace(STANDARD, weights=replace(STANDARD.weights, hours_per_doubling=40, most_hours_for_dollars=240))
    WorkItem.objects.filter(pk=old.pk).update(rank_at="2026-09-01T00:00Z")
    run = dry_run(hospital.main, dollars)
    assert [(each.number, each.place, each.was) for each in run.head] == [("NEW", 1, 2), ("OLD", 2, 1)]
    assert run.oldest_place == (1, 2)
    assert run.ages_after == (22, 25)


def test_why_here_and_why_not_there_follow_the_account_as_it_is_now(hospital, work):
    item = work("A1")
    change(hospital, rule("dear", DEAR, name="Dear"))
    post(item.account, 9_000)
    (place,) = where(item.account_id, hospital.main.pk, hospital.ana)
    assert (place.queue, place.moves_to) == ("Inpatient to code", "Dear")
    assert [each.name for each in place.answers if each.owner] == ["Dear"]
    assert "It would, but Dear stands above." in [each.words for each in place.answers]


def test_differences_are_sentences():
    changed = with_first(without(STANDARD, "code-clinic"), rule("dear", DEAR, name="Dear"))
    said = differences(STANDARD, replace(changed, put_backs=3, weights=replace(STANDARD.weights, returned_hours=24)))
    assert "New queue Dear. Coding: the total of charges is at least 5,000." in said
    assert "Clinic to code is no longer a queue." in said
    assert "Put back in a day: 3, was no limit." in said
    assert "Hours earlier for what came back: 24, was 48." in said
    assert differences(STANDARD, STANDARD) == []


def test_a_set_that_cannot_be_read_stops_neither_imports_nor_put_backs_and_can_be_rolled_back(hospital, work):
    item = work("A1")
    change(hospital, rule("dear", DEAR))
    text = '{"queues": [{"code": "from-a-later-release"}]}'
    two = {"written_by": hospital.cleo, "published_by": second_person(hospital.main)}
    QueueSetVersion.objects.create(facility=hospital.main, number=3, document=text, reason="Unreadable", **two)
    assert queue_of(work("A2")) == "unrouted"
    claim_next(user=hospital.ana)
    put_back(item_id=item.pk, user=hospital.ana, reason="I know the patient")
    cleo = signed_in(hospital.cleo)
    for address in ("/queues/", f"/queues/{hospital.main.pk}/history/", f"/queues/{hospital.main.pk}/preview/"):
        assert cleo.get(address).status_code == 200
    second = QueueSetVersion.objects.get(facility=hospital.main, number=2)
    assert _brought_back(hospital, second, hospital.cleo).number == 4
    drain()
    assert set(WorkItem.objects.values_list("queue__code", flat=True)) == {"code-inpatient"}


def test_a_failing_rule_leaves_the_rest_where_it_is(hospital, work, monkeypatch):
    item = work("A1")

    def broken(**_):
        raise RuntimeError("a rule is broken")

    monkeypatch.setattr(routing, "choose", broken)
    publish(hospital.main, hospital.cleo, with_first(services.base_of(hospital.main)[0], rule("all")))
    assert queue_of(item) == "code-inpatient"
    assert OutboxRow.objects.get(kind="worklist.reroute").state == "waiting"


@pytest.mark.slow
def test_of_two_who_publish_at_once_one_is_told(committed_db, hospital):
    services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=with_first(STANDARD, rule("all")), base=0)
    made = proposing.propose(facility=hospital.main, by=hospital.cleo, reason="Asked for")
    gate, answers = threading.Barrier(2), []

    def go(pk):
        try:
            user = User.objects.get(pk=pk)
            gate.wait(10)
            proposing.publish_proposal(proposal_id=made.pk, by=user, seen=made.hash)
            answers.append("published")
        except Conflict as conflict:
            answers.append(conflict.code)
        finally:
            connections.close_all()

    people = (second_person(hospital.main), hospital.ada)
    threads = [threading.Thread(target=go, args=(person.pk,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["published", "queues.settled"]
    assert QueueSetVersion.objects.filter(facility=hospital.main).count() == 2
