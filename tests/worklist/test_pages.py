"""My work, get next, the release board, the history: as page and fragment, by role, within their budgets."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessRecord, Account, Patient, WorkItem
from coding_workflow.release.models import DueCause
from coding_workflow.release.services.due import Reach, mark_due
from coding_workflow.staff.models import User
from tests.security.browser import signed_in
from worklist.counts import refresh
from worklist.selectors import queues
from worklist.selectors.queues import PAGE_SIZE
from worklist.services import ensure_queues
from worklist.supervising import set_next_only

from .conftest import advance, grant, hold, make_releasable, open_on, post

FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ana(hospital):
    return signed_in(hospital.ana)


@pytest.fixture
def cleo(hospital):
    return signed_in(hospital.cleo)


def _page(client: Client, address: str, **extra) -> str:
    response = client.get(address, **extra)
    assert response.status_code == 200
    return response.content.decode()


def test_anonymous_is_sent_to_sign_in(hospital):
    assert Client().get("/").status_code == 302
    assert Client().get("/", **FRAGMENT).status_code == 401


def test_a_person_without_a_role_reads_why_there_is_nothing(hospital):
    page = _page(signed_in(hospital.dov), "/")
    assert "Nothing waits for you." in page
    assert "You hold no role yet" in page


def test_my_work_shows_mine_first_then_the_queue(ana, hospital, work):
    mine = work("MINE-1")
    work("FREE-1")
    WorkItem.objects.filter(pk=mine.pk).update(
        leased_to=hospital.ana, leased_until=datetime.datetime(2036, 1, 1, tzinfo=datetime.UTC)
    )
    refresh()
    page = _page(ana, "/")
    assert page.index("Mine now") < page.index("MINE-1") < page.index("FREE-1")
    assert "Coding: the patient class is inpatient or newborn; Inpatient: due 4 days after discharge" in page


def test_the_fragment_is_the_list_alone(ana, work):
    work("A-1")
    fragment = _page(ana, "/?queue=code-inpatient", **FRAGMENT)
    assert "A-1" in fragment
    assert "<html" not in fragment


def test_a_look_at_the_list_is_written_down_unless_a_timer_asks(ana, hospital):
    _page(ana, "/")
    _page(ana, "/", HTTP_X_POLLING="1")
    assert AccessRecord.objects.filter(user=hospital.ana, kind="worklist.viewed").count() == 1


def test_filters_and_sorts_are_in_the_address(ana, hospital, work):
    cheap, dear = work("CHEAP"), work("DEAR", payer=hospital.commercial)
    post(cheap.account, 10)
    post(dear.account, 9000)
    hold(cheap.account, 5, "patient_access")
    base = "/?queue=code-inpatient"
    page = _page(ana, f"{base}&sort=dollars")
    assert page.index("DEAR") < page.index("CHEAP")
    assert "CHEAP" not in _page(ana, f"{base}&payer=commercial")
    assert "DEAR" not in _page(ana, f"{base}&condition=5")
    assert "Nothing here matches" in _page(ana, f"{base}&class=newborn")


@pytest.mark.parametrize("sort", ["rank", "oldest", "dollars"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 50])
def test_a_filter_that_leaves_few_or_many_shows_each_once_in_order(hospital, work, monkeypatch, sort, size):
    """A page of the size of what is left, one more and one less: read whole by the filter, or walked in the order."""
    monkeypatch.setattr(queues, "PAGE_SIZE", size)
    made = []
    for number in range(8):
        item = work(f"F{number}", admit_date=datetime.date(2026, 8, 1), discharge_date=datetime.date(2026, 9, 20 - number % 3))
        post(item.account, 100 + number % 4)
        if number in {1, 4, 6}:
            hold(item.account, 5, "patient_access")
            made.append(WorkItem.objects.get(pk=item.pk))
    keys = {
        "rank": lambda item: item.rank_at,
        "oldest": lambda item: item.discharge_date,
        "dollars": lambda item: -item.total_charges,
    }
    wanted = [item.pk for item in sorted(made, key=lambda item: (keys[sort](item), item.pk))]
    places = [item.queue_id for item in made[:1]]
    for condition, expected in ((5, wanted), (7, [])):
        shown, after = [], None
        while True:
            view = queues.View(queue="code-inpatient", condition=condition, sort=sort, after=after)
            page = queues.listing(hospital.ana, view, places)
            shown += [row.item for row in page.rows]
            after = page.next_after
            if after is None:
                break
        assert shown == expected


@pytest.mark.parametrize(
    "nonsense", ["queue=%00", "after=9999999999999999999999", "condition=99", "sort=;drop", "after=x", "class=%F0"]
)
def test_nonsense_in_the_address_counts_as_not_said(ana, work, nonsense):
    work("A-1")
    assert ana.get(f"/?{nonsense}").status_code == 200


@pytest.mark.parametrize("sort", ["rank", "oldest", "dollars"])
def test_pages_by_keyset_show_each_account_once(ana, hospital, work, sort):
    numbers = {f"K{number:03}" for number in range(PAGE_SIZE + 5)}
    for number in numbers:
        work(number)
    first = ana.get(f"/?queue=code-inpatient&sort={sort}")
    second = ana.get(first.context["next_url"])
    shown = [row.number for page in (first, second) for row in page.context["listing"].rows]
    assert sorted(shown) == sorted(numbers)
    assert second.context["next_url"] == ""


@pytest.mark.parametrize("sort", ["oldest", "dollars"])
def test_the_chosen_order_goes_on_over_pages(ana, work, sort):
    """Days and amounts repeat, and one account has no discharge: ties by key, no date last."""
    made = []
    for number in range(PAGE_SIZE + 9):
        day = datetime.date(2026, 9, 1 + number * 7 % 20) if number else None
        item = work(f"O{number:03}", admit_date=datetime.date(2026, 8, 31), discharge_date=day)
        amount = number * 37 % 11
        if amount:
            post(item.account, amount)
        made.append((day or datetime.date.max, -amount, item.pk, f"O{number:03}"))
    first = ana.get(f"/?queue=code-inpatient&sort={sort}")
    second = ana.get(first.context["next_url"])
    shown = [row.number for page in (first, second) for row in page.context["listing"].rows]
    by = 0 if sort == "oldest" else 1
    assert shown == [number for *_, number in sorted(made, key=lambda row: (row[by], row[2]))]


def test_the_day_of_being_ready_is_the_business_day(ana, work):
    """The demo's clock stands on September 30: what happened later by the real one happened then."""
    Account.objects.filter(pk=work("A-1").account_id).update(ready_at=datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC))
    Account.objects.filter(pk=work("A-2").account_id).update(ready_at=datetime.datetime(2026, 9, 12, 2, tzinfo=datetime.UTC))
    page = _page(ana, "/?queue=code-inpatient")
    assert "Ready to code since Sep 30" in page
    assert "Ready to code since Sep 11" in page


def test_who_takes_what_get_next_gives_reads_it_on_my_work(ana, hospital, work):
    work("A-1")
    assert "next-only" not in _page(ana, "/")
    set_next_only(person=hospital.ana, facility=hospital.main, by=hospital.cleo, reason="First weeks")
    assert "You take what Get next gives" in _page(ana, "/")


def test_words_of_the_record_are_escaped_in_the_list(ana, hospital, work):
    patient = hospital.patient("X1", family_name="<b>O'Neil</b>", given_name='"&"')
    hold(work("E-1", patient=patient, service="<i>").account, 3, message="Ask <them> & wait")
    page = _page(ana, "/?queue=code-inpatient")
    assert "&lt;b&gt;O&#x27;Neil&lt;/b&gt;, &quot;&amp;&quot;" in page
    assert "Ask &lt;them&gt; &amp; wait" in page
    assert "<b>" not in page
    assert "<i>" not in page


def test_one_list_over_two_facilities_is_in_one_order(hospital, work):
    """Each facility has a queue of that code; the page is the first fifty of both together."""
    grant(hospital.ana, hospital.other, "coder")
    ensure_queues(hospital.other)
    here = [work(f"H{number}", discharge_date=datetime.date(2026, 9, 10 + number)) for number in range(0, 6, 2)]
    there = [_elsewhere(hospital, f"T{number}", datetime.date(2026, 9, 10 + number)) for number in range(1, 6, 2)]
    rows = signed_in(hospital.ana).get("/?queue=code-inpatient&sort=oldest").context["listing"].rows
    assert [row.item for row in rows] == [item.pk for pair in zip(here, there, strict=True) for item in pair]


def _elsewhere(hospital, number, day):
    patient = Patient.objects.create(facility=hospital.other, mrn=number, family_name="Far", given_name="Away")
    fields = {"patient_class": "inpatient", "admit_date": datetime.date(2026, 9, 1), "discharge_date": day}
    return open_on(Account.objects.create(facility=hospital.other, number=number, patient=patient, **fields), "coding")


def test_a_restricted_account_is_on_no_list(ana, work):
    work("SECRET-1", restricted="VIP")
    assert "SECRET-1" not in _page(ana, "/?queue=code-inpatient")


def test_get_next_goes_to_the_account(ana, work):
    item = work("A-1")
    response = ana.post("/next/")
    assert (response.status_code, response["Location"]) == (302, f"/account/{item.account_id}/")


def test_get_next_as_a_fragment_sends_the_whole_page(ana, work):
    item = work("A-1")
    assert ana.post("/next/", **FRAGMENT)["HX-Redirect"] == f"/account/{item.account_id}/"


def test_get_next_without_anything_says_why(ana, hospital, work):
    work("A-1", patient_class="observation")
    work("A-2", restricted="VIP")
    page = ana.post("/next/", follow=True).content.decode()
    assert "1 account is of a type you have no competence in date for (observation)" in page
    assert "1 account is restricted" in page


def test_get_next_with_empty_queues_says_that(ana):
    assert "No work is open here" in ana.post("/next/", follow=True).content.decode()


def test_putting_back_needs_a_reason_and_ones_own_work(ana, hospital, work):
    item = work("A-1")
    assert ana.post(f"/work/{item.pk}/put-back/", {"reason": "x"}).status_code == 409
    ana.post("/next/")
    assert ana.post(f"/work/{item.pk}/put-back/").status_code == 422
    assert ana.post(f"/work/{item.pk}/put-back/", {"reason": "I know the patient"}).status_code == 302


def test_the_board_is_for_supervisors_and_compliance(hospital, ana):
    assert ana.get("/board/").status_code == 403
    compliance = _page(signed_in(hospital.cora), "/board/")
    assert "Approve selected" not in compliance


def test_the_board_says_each_verdict_in_one_line(cleo, hospital):
    make_releasable(hospital, hospital.account("CLEAN"))
    make_releasable(hospital, hospital.account("WARNED"), warnings=2)
    page = _page(cleo, "/board/")
    assert "All seven pass<" in page
    assert "All seven pass; 2 to look at" in page


def test_a_verdict_on_an_older_revision_never_reads_as_passed(cleo, hospital):
    account = hospital.account("LATE")
    make_releasable(hospital, account)
    post(account, 50)
    page = _page(cleo, "/board/")
    assert "Changed since the check" in page
    assert "All seven pass" not in page


def test_a_verdict_by_what_has_changed_since_never_reads_as_passed(cleo, hospital):
    make_releasable(hospital, hospital.account("DUE"))
    mark_due(reach=Reach(), cause=DueCause.POLICY)
    page = _page(cleo, "/board/")
    assert "Check due since" in page
    assert "a policy was published" in page
    assert "All seven pass" not in page


def test_what_cleo_coded_herself_she_cannot_tick(cleo, hospital):
    make_releasable(hospital, hospital.account("OWN"), coder=hospital.cleo)
    assert "Coded by you: another supervisor approves" in _page(cleo, "/board/")


def test_several_are_asked_about_first_and_each_gets_its_answer(cleo, hospital):
    account = make_releasable(hospital, hospital.account("A-1")).account
    account.refresh_from_db()
    ticked = {"account": [f"{account.pk}:{account.revision}"]}
    assert "Approve 1 account for billing?" in cleo.post("/board/approve/", ticked).content.decode()
    answer = cleo.post("/board/approve/", {**ticked, "confirmed": "1"}).content.decode()
    # The check was made by hand here; judged again, the account has no codes.
    assert "Not released" in answer


def test_approving_nothing_says_so(cleo):
    assert "Tick at least one account first." in cleo.post("/board/approve/", follow=True).content.decode()


def test_sending_back_takes_words(cleo, hospital):
    account = make_releasable(hospital, hospital.account("A-1")).account
    address = f"/board/{account.pk}/send-back/"
    assert "What should the coder look at?" in _page(cleo, address)
    assert cleo.post(address, {"reason": " "}).status_code == 422
    assert cleo.post(address, {"reason": "Look at the second diagnosis"}).status_code == 302
    item = WorkItem.objects.get(account=account, kind="coding", closed_at=None)
    assert (item.returned_to, item.queue.code) == (hospital.ana, "returned")


def test_the_history_tells_the_story_and_verifies(ana, hospital):
    account = hospital.account("A-1")
    hold(advance(account, "discharged", "coding"))
    page = _page(ana, f"/account/{account.pk}/history/")
    assert "Ready to code: now coding" in page
    assert "Hold opened: condition 3" in page
    assert "events verify" in page
    assert "Who looked" not in page


def test_compliance_reads_who_looked(ana, hospital):
    account = hospital.account("A-1")
    _page(ana, f"/account/{account.pk}/history/")
    assert "Who looked" in _page(signed_in(hospital.cora), f"/account/{account.pk}/history/")


@pytest.mark.parametrize(
    ("address", "who", "budget"),
    [("/", "ana", 15), ("/?queue=code-inpatient&sort=dollars", "ana", 15), ("/?queue=held", "cleo", 14), ("/board/", "cleo", 18)],
)
def test_pages_keep_their_query_budget(hospital, work, address, who, budget):
    for number in range(8):
        item = work(f"B{number}")
        hold(advance(item.account, "discharged", "coding"))
        make_releasable(hospital, hospital.account(f"C{number}"))
    work("MINE", returned_to=hospital.ana)
    refresh()
    client = signed_in(User.objects.get(pk=getattr(hospital, who).pk))
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    assert len(captured) == budget, "\n".join(query["sql"][:150] for query in captured)
