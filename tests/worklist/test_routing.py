"""Which queue owns new work, and what happens when nobody can tell."""

from accounts.models import Queue, WorkItem
from worklist import routing
from worklist.queueing import sets, standard

from .conftest import open_on


def test_new_work_has_its_queue_its_rank_and_its_words_at_once(hospital, work):
    item = WorkItem.objects.get(pk=work("A1", patient_class="emergency").pk)
    assert item.queue.code == "code-emergency"
    assert item.why == "Coding: the patient class is emergency."
    assert [part["code"] for part in item.rank_parts] == ["due"]


def test_returned_work_has_its_own_queue(hospital, work):
    assert WorkItem.objects.get(pk=work("A1", returned_to=hospital.ana).pk).queue.code == "returned"


def test_work_that_no_queue_takes_is_unrouted(hospital, work):
    Queue.objects.filter(code="code-clinic").update(active=False)
    assert WorkItem.objects.get(pk=work("A1", patient_class="clinic").pk).queue.code == "unrouted"


def test_a_failing_rule_never_fails_the_import(hospital, work, monkeypatch):
    def broken(**_):
        raise RuntimeError("a rule is broken")

    monkeypatch.setattr(routing, "choose", broken)
    item = WorkItem.objects.get(pk=work("A1").pk)
    assert (item.queue.code, item.why) == ("unrouted", "Routing failed.")


def test_a_facility_without_queues_gets_the_standard_ones_with_its_first_work(cast):
    item = open_on(cast.account("A1"), "coding")
    assert WorkItem.objects.get(pk=item.pk).queue.code == "code-inpatient"
    assert Queue.objects.filter(facility=cast.main).count() == len(standard.STANDARD.queues)


def test_asking_twice_for_the_standard_queues_makes_no_second_set(cast):
    sets.make_standard(cast.main.pk)
    assert len(sets.make_standard(cast.main.pk)) == len(standard.STANDARD.queues)
