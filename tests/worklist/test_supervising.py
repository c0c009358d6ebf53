"""A supervisor gives several accounts to one person, sees why some cannot be, and takes back what was not opened."""

import datetime

import pytest

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Event, WorkItem
from coding_workflow.coding.models import FinalCoding
from coding_workflow.staff.models import User
from worklist.assignment import claim_next, claim_this, put_back
from worklist.models import AssignedItem, Assignment
from worklist.queueing.services import base_of
from worklist.selectors.people_at_work import assignments, workers
from worklist.supervising import MOST, assign, fits, undo

from .conftest import grant, qualify
from .queueing import change, rule


def _coder(hospital, name: str) -> User:
    made = User.objects.create(username=name, full_name=name.title())
    grant(made, hospital.main, "coder")
    qualify(made, hospital)
    return made


def _against(hospital, item, to) -> str:
    return fits(items=[WorkItem.objects.get(pk=item.pk)], to=to)[0].against


def _give(hospital, *items, to, reason="Dee is away"):
    return assign(item_ids=[item.pk for item in items], to=to, by=hospital.cleo, reason=reason)


def test_what_is_given_comes_first_and_to_nobody_else(hospital, work):
    eve = _coder(hospital, "eve")
    early, late = work("A1", discharge_date=datetime.date(2026, 9, 2)), work("A2")
    _give(hospital, late, to=eve)
    assert claim_next(user=eve).pk == late.pk
    _give(hospital, early, to=eve)
    assert claim_next(user=hospital.ana) is None
    assert Event.objects.filter(kind="work.assigned").count() == 2


def test_the_preview_says_why_some_cannot_have_it(hospital, work):
    eve = _coder(hospital, "eve")
    emergency, review = work("A1", patient_class="emergency"), work("A2", kind="review")
    restricted, taken, waits = work("A3", restricted="VIP"), work("A4"), work("A5", returned_to=eve)
    claim_this(item_id=taken.pk, user=hospital.ana)
    assert _against(hospital, emergency, eve) == "Eve has no competence in date for this type."
    assert _against(hospital, review, eve) == "Eve has no role that takes this work."
    assert _against(hospital, restricted, eve) == "It is restricted: Eve opens it with a reason first."
    assert _against(hospital, taken, eve) == "Somebody has it open now: take it over instead."
    assert _against(hospital, waits, eve) == "It waits for Eve already."
    assert _against(hospital, work("A6"), eve) == ""


def test_nobody_is_given_the_review_of_what_they_coded(hospital, work):
    item = work("A1", kind="review")
    FinalCoding.objects.create(facility=hospital.main, account=item.account, revision=1, coder=hospital.ben)
    assert _against(hospital, item, hospital.ben) == "Ben coded it: somebody else reviews and releases it."


def test_those_that_cannot_be_given_are_left_out_and_named(hospital, work):
    eve = _coder(hospital, "eve")
    good, bad = work("A1"), work("A2", patient_class="emergency")
    made, left = _give(hospital, good, bad, to=eve)
    assert [fit.item.pk for fit in left] == [bad.pk]
    assert list(made.items.values_list("item_id", flat=True)) == [good.pk]
    assert WorkItem.objects.get(pk=bad.pk).returned_to_id is None


def test_assigning_asks_for_a_reason_a_fitting_account_and_a_supervisor_here(hospital, work):
    eve, item = _coder(hospital, "eve"), work("A1")
    with pytest.raises(Refused, match="no_reason"):
        _give(hospital, item, to=eve, reason=" ")
    with pytest.raises(Refused, match="can have none of these"):
        _give(hospital, work("A2", patient_class="emergency"), to=eve)
    with pytest.raises(Refused, match="too_many"):
        assign(item_ids=range(1, MOST + 2), to=eve, by=hospital.cleo, reason="x")
    with pytest.raises(Refused, match="open accounts of one facility"):
        assign(item_ids=[987_654_321], to=eve, by=hospital.cleo, reason="x")
    with pytest.raises(NotAllowed):
        assign(item_ids=[item.pk], to=eve, by=hospital.ana, reason="x")
    far = User.objects.create(username="far", full_name="Far Away")
    grant(far, hospital.other, "supervisor")
    with pytest.raises(Refused):
        assign(item_ids=[item.pk], to=eve, by=far, reason="x")
    assert not Assignment.objects.exists()


def test_undo_takes_back_what_was_not_opened_and_only_that(hospital, work):
    eve = _coder(hospital, "eve")
    opened, unopened = work("A1"), work("A2", discharge_date=datetime.date(2026, 9, 28))
    back = work("A3", returned_to=hospital.ana)
    made, _ = _give(hospital, opened, unopened, back, to=eve)
    claim_this(item_id=opened.pk, user=eve)
    (shown,) = assignments(hospital.main)
    assert (shown.given, shown.unopened) == (3, 2)
    assert undo(assignment_id=made.pk, by=hospital.cleo) == 2
    assert WorkItem.objects.get(pk=opened.pk).returned_to_id == eve.pk
    assert WorkItem.objects.get(pk=unopened.pk).returned_to_id is None
    assert WorkItem.objects.get(pk=back.pk).returned_to_id == hospital.ana.pk
    assert Event.objects.filter(kind="work.unassigned").count() == 2
    with pytest.raises(Conflict, match="has opened all of it"):
        undo(assignment_id=made.pk, by=hospital.cleo)


def test_what_was_opened_and_put_back_is_not_undone(hospital, work):
    eve, item = _coder(hospital, "eve"), work("A1")
    made, _ = _give(hospital, item, to=eve)
    claim_next(user=eve)
    put_back(item_id=item.pk, user=eve, reason="Lunch")
    with pytest.raises(Conflict):
        undo(assignment_id=made.pk, by=hospital.cleo)


def test_what_was_given_on_since_is_not_undone(hospital, work):
    eve, fay, item = _coder(hospital, "eve"), _coder(hospital, "fay"), work("A1")
    first, _ = _give(hospital, item, to=eve)
    _give(hospital, item, to=fay)
    with pytest.raises(Conflict):
        undo(assignment_id=first.pk, by=hospital.cleo)
    assert AssignedItem.objects.filter(undone_at__isnull=False).count() == 0


def test_given_work_stays_in_its_queue_when_queues_are_published(hospital, work):
    """Given is not come back: it is no work for the queue Returned."""
    eve, item = _coder(hospital, "eve"), work("A1")
    _give(hospital, item, to=eve)
    change(hospital, rule("none", returned="only"), put_backs=3)
    assert WorkItem.objects.get(pk=item.pk).queue.code == "code-inpatient"


def test_supervisors_see_what_was_put_back_today_and_why(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    put_back(item_id=item.pk, user=hospital.ana, reason="I know the patient")
    change(hospital, rule("all"), put_backs=1)
    queues, _ = base_of(hospital.main)
    ana = next(each for each in workers(hospital.main, queues, hospital.cleo) if each.person == hospital.ana)
    assert [row.reason for row in ana.put_backs] == ["I know the patient"]
    assert ana.at_limit
