"""What get-next gets wrong elsewhere, as the leading product's release notes tell it (2.59 to 2.62): none of it here.

Skipped work groups; accounts out of order; "no accounts" after the browser's Back; a page that Back left out of step.
"""

import datetime

import pytest

from accounts.models import WorkItem
from tests.security.browser import signed_in
from worklist.assignment import claim_next

from .conftest import grant, open_on, qualify
from .queueing import change, rule


def _finish(item: WorkItem) -> None:
    WorkItem.objects.filter(pk=item.pk).update(closed_at=datetime.datetime.now(datetime.UTC))


def test_no_group_of_work_is_skipped(hospital, work):
    """A person of several roles and competences gets the work of all of them, not of the first alone."""
    for coding_type in ("emergency", "observation", "outpatient_surgery"):
        qualify(hospital.ana, hospital, coding_type)
    grant(hospital.ana, hospital.main, "reviewer")
    classes = ("inpatient", "emergency", "observation", "outpatient_surgery")
    made = {work(f"C-{each}", patient_class=each).pk for each in classes} | {work("R-1", kind="review").pk}
    change(hospital, rule("dear", most_held=1))
    made.add(open_on(hospital.account("A-9"), "coding").pk)
    got = set()
    while (item := claim_next(user=hospital.ana)) is not None:
        got.add(item.pk)
        _finish(item)
    assert got == made


def test_accounts_come_in_the_order_of_the_list(hospital, work):
    days = (9, 3, 7, 1, 5, 8, 2)
    for day in days:
        work(f"D{day}", admit_date=datetime.date(2026, 9, 1), discharge_date=datetime.date(2026, 9, day))
    listed = [row.number for row in signed_in(hospital.ana).get("/?queue=code-inpatient").context["listing"].rows]
    given = []
    while (item := claim_next(user=hospital.ana)) is not None:
        given.append(item.account.number)
        _finish(item)
    assert given == listed == [f"D{day}" for day in sorted(days)]


def test_after_back_get_next_gives_the_account_that_is_open_and_never_says_there_is_none(hospital, work):
    """Back shows My work as it was; the button there is a new question, and own open work is its first answer."""
    item = work("A1")
    ana = signed_in(hospital.ana)
    opened = ana.post("/next/")["Location"]
    for _ in range(3):
        again = ana.post("/next/")
        assert again["Location"] == opened == f"/account/{item.account_id}/"
    assert WorkItem.objects.filter(leased_to=hospital.ana).count() == 1


def test_back_shows_the_list_as_it_is_not_as_it_was(hospital, work):
    """No page of work is kept by the browser, and an address says the same whenever it is opened."""
    item = work("A1")
    ana = signed_in(hospital.ana)
    ana.post("/next/")
    for address in ("/", f"/account/{item.account_id}/"):
        answer = ana.get(address)
        assert "no-store" in answer["Cache-Control"]
    mine = ana.get("/").context["mine"]
    assert [row.number for row in mine] == ["A1"]
    _finish(item)
    assert ana.get("/").context["mine"] == []


@pytest.mark.parametrize("method", ["get", "head"])
def test_nothing_is_claimed_by_opening_an_address(hospital, work, method):
    """Neither a preview of a link nor Back claims ahead; get next is asked by a button only."""
    item = work("A1")
    ana = signed_in(hospital.ana)
    assert getattr(ana, method)("/next/").status_code == 405
    getattr(ana, method)(f"/account/{item.account_id}/")
    getattr(ana, method)("/?nothing=1")
    assert WorkItem.objects.get(pk=item.pk).leased_to_id is None
