"""Who may have how much, and who may choose: limits of a queue, people of a queue, put backs of a day, next only."""

import datetime
import threading

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Queue, WorkItem
from coding_workflow.staff.models import User
from tests.security.browser import signed_in
from worklist import assignment
from worklist.assignment import claim_next, claim_this, put_back, still_here
from worklist.models import Assignment, NextOnly, PutBack
from worklist.selectors.nothing import why_nothing
from worklist.supervising import end_next_only, let_go, set_next_only, take_over

from .conftest import grant, qualify
from .queueing import change, rule

LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def _second_coder(hospital) -> User:
    grant(hospital.dov, hospital.main, "coder")
    qualify(hospital.dov, hospital)
    return hospital.dov


def _limit(code: str, most: int) -> None:
    Queue.objects.filter(code=code).update(most_held=most)


def test_a_full_queue_gives_nothing_more_and_get_next_goes_on_to_others(hospital, work):
    qualify(hospital.ana, hospital, "emergency")
    _limit("code-inpatient", 1)
    first, second = work("A1"), work("A2")
    other = work("A3", patient_class="emergency")
    claim_this(item_id=first.pk, user=hospital.ana)
    with pytest.raises(Conflict, match="You have 1 of Inpatient to code open"), transaction.atomic():
        claim_this(item_id=second.pk, user=hospital.ana)
    assert claim_next(user=hospital.ana, queue_code="code-emergency").pk == other.pk


def test_a_full_queue_is_explained(hospital, work):
    _limit("code-inpatient", 1)
    first, second = work("A1"), work("A2")
    claim_this(item_id=first.pk, user=hospital.ana)
    said = why_nothing(user=hospital.ana, queue_code="code-inpatient")
    assert "1 account is in queues of which you have as many open as one may: finish or put back one first." in said
    assert WorkItem.objects.get(pk=second.pk).leased_to_id is None


def test_own_and_returned_work_opens_whatever_the_limit_is(hospital, work):
    _limit("code-inpatient", 1)
    _limit("returned", 1)
    first, back, back_too = work("A1"), work("A2", returned_to=hospital.ana), work("A3", returned_to=hospital.ana)
    for item in (first, back, back_too):
        assert claim_this(item_id=item.pk, user=hospital.ana).leased_to_id == hospital.ana.pk
    assert claim_this(item_id=first.pk, user=hospital.ana).pk == first.pk


def test_the_facilitys_limit_holds_where_the_queue_has_none(hospital, work):
    change(hospital, rule("own", most_held=2), most_held=1)
    assert dict(Queue.objects.filter(active=True).values_list("code", "most_held"))["code-inpatient"] == 1
    items = [work(f"A{number}") for number in range(3)]
    for item in items[:2]:
        claim_this(item_id=item.pk, user=hospital.ana)
    with pytest.raises(Conflict, match="You have 2 of Own open"), transaction.atomic():
        claim_this(item_id=items[2].pk, user=hospital.ana)


def _both_tabs(hospital, work, monkeypatch=None):
    """Two tabs of one person open two accounts at one moment; answers how many they got."""
    _limit("code-inpatient", 1)
    items = [work("A1").pk, work("A2").pk]
    gate, got = threading.Barrier(2), []

    def open_one(pk):
        try:
            user = User.objects.get(pk=hospital.ana.pk)
            with transaction.atomic():
                gate.wait(10)
                claim_this(item_id=pk, user=user)
                # Long enough for the other tab to look while nothing is committed.
                threading.Event().wait(0.3)
            got.append(pk)
        except Conflict:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=open_one, args=(pk,)) for pk in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return len(got)


@pytest.mark.slow
def test_without_the_persons_own_lock_two_tabs_pass_the_limit(committed_db, hospital, work, monkeypatch):
    monkeypatch.setattr(assignment, "_claims_of", lambda user: "")
    assert _both_tabs(hospital, work) == 2


@pytest.mark.slow
def test_with_the_persons_own_lock_two_tabs_keep_the_limit(committed_db, hospital, work):
    assert _both_tabs(hospital, work) == 1


def test_a_queue_kept_for_others_is_neither_seen_nor_given(hospital, work):
    dov = _second_coder(hospital)
    change(hospital, rule("kept", people=(dov.pk,), name="Kept for Dov"))
    item = work("KEPT-1")
    assert claim_next(user=hospital.ana) is None
    assert "1 account is in queues that are kept for other people." in why_nothing(user=hospital.ana)
    with pytest.raises(NotAllowed, match="kept for other people"), transaction.atomic():
        claim_this(item_id=item.pk, user=hospital.ana)
    page = signed_in(hospital.ana).get("/?queue=kept").content.decode()
    assert "Kept for Dov" not in page
    assert "KEPT-1" not in page
    assert "KEPT-1" in signed_in(hospital.cleo).get("/?queue=kept").content.decode()
    assert claim_next(user=dov).pk == item.pk


def test_put_backs_of_a_day_have_a_limit_and_then_a_supervisor_helps(hospital, work):
    change(hospital, rule("all"), put_backs=2)
    items = [work(f"A{number}") for number in range(3)]
    for item in items[:2]:
        claim_this(item_id=item.pk, user=hospital.ana)
        put_back(item_id=item.pk, user=hospital.ana, reason="Too long")
    claim_this(item_id=items[2].pk, user=hospital.ana)
    with pytest.raises(Refused, match="You have put back 2 today"):
        put_back(item_id=items[2].pk, user=hospital.ana, reason="Too long as well")
    assert PutBack.objects.filter(user=hospital.ana).count() == 2
    let_go(item_id=items[2].pk, by=hospital.cleo, reason="Ana went home")
    assert WorkItem.objects.get(pk=items[2].pk).leased_to_id is None


def test_put_backs_of_yesterday_do_not_count(hospital, work):
    change(hospital, rule("all"), put_backs=1)
    item = work("A1")
    claim_this(item_id=item.pk, user=hospital.ana)
    PutBack.objects.create(
        facility=hospital.main, item=item, user=hospital.ana, on=datetime.date(2026, 9, 29), reason="Yesterday"
    )
    put_back(item_id=item.pk, user=hospital.ana, reason="Today")


def test_only_a_supervisor_lets_go_of_anothers_work_and_says_why(hospital, work):
    item = work("A1")
    with pytest.raises(Conflict, match="Nobody has this"):
        let_go(item_id=item.pk, by=hospital.cleo, reason="x")
    claim_next(user=hospital.ana)
    with pytest.raises(Refused, match="no_reason"):
        let_go(item_id=item.pk, by=hospital.cleo, reason=" ")
    with pytest.raises(NotAllowed):
        let_go(item_id=item.pk, by=hospital.ana, reason="x")
    elsewhere = User.objects.create(username="far", full_name="Far Away")
    grant(elsewhere, hospital.other, "supervisor")
    with pytest.raises(Conflict, match="closed"):
        let_go(item_id=item.pk, by=elsewhere, reason="x")


def test_next_only_refuses_lists_and_leaves_get_next_and_own_work(hospital, work):
    first, second = work("A1"), work("A2", discharge_date=datetime.date(2026, 9, 28))
    back = work("A3", returned_to=hospital.ana)
    set_next_only(person=hospital.ana, facility=hospital.main, by=hospital.cleo, reason="Picks the easy ones")
    with pytest.raises(NotAllowed, match="You take what Get next gives"), transaction.atomic():
        claim_this(item_id=second.pk, user=hospital.ana)
    assert claim_this(item_id=back.pk, user=hospital.ana).pk == back.pk
    assert claim_next(user=hospital.ana).pk == back.pk
    WorkItem.objects.filter(pk=back.pk).update(closed_at=LONG_AGO)
    given = claim_next(user=hospital.ana)
    assert given.pk == first.pk
    assert claim_this(item_id=first.pk, user=hospital.ana).pk == first.pk
    end_next_only(person=hospital.ana, facility=hospital.main, by=hospital.cleo)
    assert claim_this(item_id=second.pk, user=hospital.ana).pk == second.pk


def test_next_only_is_refused_on_the_account_page_with_its_sentence(hospital, work):
    item = work("A1")
    set_next_only(person=hospital.ana, facility=hospital.main, by=hospital.cleo, reason="Picks the easy ones")
    answer = signed_in(hospital.ana).post(f"/account/{item.account_id}/take/")
    assert answer.status_code == 403
    assert "You take what Get next gives" in answer.content.decode()


def test_next_only_holds_at_its_facility_and_once(hospital, work):
    grant(hospital.ana, hospital.other, "coder")
    grant(hospital.cleo, hospital.other, "supervisor")
    set_next_only(person=hospital.ana, facility=hospital.other, by=hospital.cleo, reason="x")
    assert claim_this(item_id=work("A1").pk, user=hospital.ana)
    with pytest.raises(Conflict):
        set_next_only(person=hospital.ana, facility=hospital.other, by=hospital.cleo, reason="again")
    with pytest.raises(NotAllowed):
        set_next_only(person=hospital.ana, facility=hospital.main, by=hospital.ben, reason="x")
    with pytest.raises(Refused):
        set_next_only(person=hospital.ben, facility=hospital.main, by=hospital.cleo, reason=" ")
    with pytest.raises(Conflict):
        end_next_only(person=hospital.ana, facility=hospital.main, by=hospital.cleo)
    assert NextOnly.objects.count() == 1


def test_a_supervisor_gives_next_only_people_whatever_they_like(hospital, work):
    item = work("A1")
    set_next_only(person=hospital.ana, facility=hospital.main, by=hospital.cleo, reason="x")
    assert take_over(item_id=item.pk, by=hospital.cleo, to=hospital.ana, reason="Urgent").leased_to_id == hospital.ana.pk
    assert Assignment.objects.get().reason == "Urgent"


def _until(item: WorkItem) -> datetime.datetime:
    return WorkItem.objects.get(pk=item.pk).leased_until


def test_real_input_on_the_accounts_page_extends_the_lease_and_a_timer_does_not(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    WorkItem.objects.filter(pk=item.pk).update(leased_until=LONG_AGO)
    ana = signed_in(hospital.ana)
    page = ana.get(f"/account/{item.account_id}/").content.decode()
    assert f'data-still-here="/account/{item.account_id}/here/"' in page
    ana.get(f"/account/{item.account_id}/", HTTP_X_POLLING="1")
    ana.get("/", HTTP_X_POLLING="1")
    assert _until(item) == LONG_AGO
    assert ana.post(f"/account/{item.account_id}/here/").status_code == 204
    assert _until(item) > datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=19)


def test_elsewhere_only_the_session_goes_on(hospital, work):
    work("A1")
    assert f'data-still-here="{reverse("staff:still_here")}"' in signed_in(hospital.ana).get("/").content.decode()


def test_input_never_takes_a_lease_from_another(hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    dov = _second_coder(hospital)
    assert not still_here(account_id=item.account_id, user=dov)
    WorkItem.objects.filter(pk=item.pk).update(leased_until=LONG_AGO)
    claim_next(user=dov)
    assert not still_here(account_id=item.account_id, user=hospital.ana)
    assert WorkItem.objects.get(pk=item.pk).leased_to_id == dov.pk


def test_input_is_told_by_post_with_the_pages_token(hospital, work):
    item = work("A1")
    assert signed_in(hospital.ana).get(f"/account/{item.account_id}/here/").status_code == 405
    assert Client().post(f"/account/{item.account_id}/here/").status_code == 302
