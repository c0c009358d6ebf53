"""Discrepancy cases: their page, their clocks in words, closing them."""

import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.locking import lock_account
from accounts.models import AccessRecord
from coding_workflow.payment.services import compare_host, make_claims, open_discrepancy, record_correction
from coding_workflow.release.models import DiscrepancyCase
from tests.payment import stage
from tests.payment.test_host_codes import DIFFERS, tell
from tests.security.browser import signed_in
from worklist.selectors.cases import clocks

from .rows import reads

TODAY = datetime.date(2026, 9, 30)
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
#: Reads of the case page and of a full list; a change here is a change worth reading.
PAGE_BUDGET, LIST_BUDGET = 7, 7


def _case(due: datetime.date | None, **fields) -> DiscrepancyCase:
    known = datetime.datetime(2026, 9, 28, 12, tzinfo=datetime.UTC)
    values = {"overpayment": due is not None, "state": "open", **fields}
    return DiscrepancyCase(known_at=known, refund_due_on=due, **values)


@pytest.mark.parametrize(
    ("days", "words", "mark"),
    [(58, "58 days left", ""), (14, "14 days left", "warn"), (1, "1 day left", "warn"), (0, "Due today", "hold"),
     (-1, "1 day overdue", "hold"), (-30, "30 days overdue", "hold")],
)  # fmt: skip
def test_the_refund_clock_counts_down_in_words(days, words, mark):
    told = clocks(_case(TODAY + datetime.timedelta(days=days)), TODAY)
    assert (told.refund, told.mark) == (words, mark)


def test_first_knowledge_lies_sixty_days_before_the_refund_date():
    told = clocks(_case(TODAY + datetime.timedelta(days=58)), TODAY)
    assert (told.known_on, told.known) == (datetime.date(2026, 9, 28), "2 days ago")


@pytest.mark.parametrize(
    ("fields", "words"),
    [({}, "No overpayment"), ({"overpayment": True}, "as the payer's contract says"), ({"state": "closed"}, "Case closed")],
)
def test_without_a_refund_date_the_clock_says_why(fields, words):
    told = clocks(_case(None, **fields), TODAY)
    assert words in told.refund
    assert (told.due_on, told.mark) == (None, "")


@pytest.fixture
def case(hospital):
    claim = stage.paid(hospital)
    return open_discrepancy(
        account_id=claim.account_id, by=hospital.actor("bill"), source="audit", description="Amended pathology", overpayment=True
    )


@pytest.fixture
def resubmitted(hospital, case):
    """The corrected claim went out."""
    words = {"root_cause": "Late report", "correction": "Recoded", "prevention": "Wait for pathology"}
    record_correction(case_id=case.pk, by=hospital.actor("cleo"), claim_change="D4", **words)
    account = stage.finalize(hospital, lock_account(case.account_id))
    make_claims(release_id=stage.release(hospital, account).pk)
    case.refresh_from_db()
    assert case.state == "resubmitted"
    return case


def test_a_case_shows_its_clocks_and_claims_and_is_recorded(hospital, case):
    page = signed_in(hospital.bill).get(f"/claims/cases/{case.pk}/").content.decode()
    for words in ("Amended pathology", "60 days left", "Nov 29, 2026", "Sep 30, 2026, today", "42 CFR 401.305", "Audit"):
        assert words in page
    assert case.account.claims.get().number in page
    assert AccessRecord.objects.filter(account=case.account, kind="discrepancy.viewed").count() == 1


def test_the_list_shows_both_clocks_and_links_to_the_case(hospital, case):
    page = signed_in(hospital.bill).get("/claims/?show=cases").content.decode()
    assert f'href="/claims/cases/{case.pk}/"' in page
    for words in ("Sep 30, 2026", "today", "Nov 29, 2026", "60 days left"):
        assert words in page


@pytest.mark.parametrize("extra", [{}, FRAGMENT])
def test_closing_takes_words(hospital, resubmitted, extra):
    cleo = signed_in(hospital.cleo)
    refused = cleo.post(f"/claims/cases/{resubmitted.pk}/close/", {"words": " "}, **extra)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert 'id="words-error">Say how the case ends' in page
    assert "How was the overpayment returned?" in page
    assert ("<html" in page) is not bool(extra)


def test_a_supervisor_closes_and_the_words_stay(hospital, resubmitted):
    cleo = signed_in(hospital.cleo)
    page = cleo.post(f"/claims/cases/{resubmitted.pk}/close/", {"words": "Taken back by the payer"}, follow=True)
    assert "Taken back by the payer" in page.content.decode()
    assert f"/claims/cases/{resubmitted.pk}/" not in cleo.get("/claims/?show=cases").content.decode()
    assert f"/claims/cases/{resubmitted.pk}/" in cleo.get(f"/claims/{stage.Claim.objects.latest('pk').pk}/").content.decode()


def test_closing_before_the_correction_went_out_keeps_the_words(hospital, case):
    page = signed_in(hospital.cora).post(f"/claims/cases/{case.pk}/close/", {"words": "Nothing to do"})
    assert page.status_code == 409
    assert "The case is open now." in page.content.decode()
    assert "Nothing to do</textarea>" in page.content.decode()


def test_a_biller_reads_who_closes_and_cannot(hospital, resubmitted):
    bill = signed_in(hospital.bill)
    assert "A supervisor or compliance closes this case" in bill.get(f"/claims/cases/{resubmitted.pk}/").content.decode()
    assert bill.post(f"/claims/cases/{resubmitted.pk}/close/", {"words": "x"}).status_code == 403


def test_a_verified_case_stays_listed_until_it_is_closed(hospital, resubmitted):
    DiscrepancyCase.objects.filter(pk=resubmitted.pk).update(state="verified")
    page = signed_in(hospital.cleo).get("/claims/?show=cases").content.decode()
    assert "Verified" in page


def test_the_case_page_keeps_its_budget(hospital, case):
    bill = signed_in(hospital.bill)
    with CaptureQueriesContext(connection) as queries:
        bill.get(f"/claims/cases/{case.pk}/")
    assert len(reads(queries)) <= PAGE_BUDGET


def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(hospital):
    bill = signed_in(hospital.bill)
    bill.get("/claims/?show=cases")
    counts = []
    for number in ("B1", "B2", "B3"):
        claim = stage.paid(hospital, number)
        open_discrepancy(account_id=claim.account_id, by=hospital.actor("bill"), source="audit", description=number)
        with CaptureQueriesContext(connection) as queries:
            bill.get("/claims/?show=cases")
        counts.append(len(reads(queries)))
    assert len(set(counts)) == 1
    assert counts[0] <= LIST_BUDGET


def test_a_case_that_patient_accounting_opened_shows_both_sides_and_what_it_says_since(hospital):
    claim = stage.paid(hospital)
    with transaction.atomic():
        tell(claim.account_id, DIFFERS)
        compare_host(account_id=claim.account_id)
    case = DiscrepancyCase.objects.get()
    bill = signed_in(hospital.bill)
    with CaptureQueriesContext(connection) as queries:
        shown = bill.get(f"/claims/cases/{case.pk}/").content.decode()
    assert len(reads(queries)) <= PAGE_BUDGET + 2
    assert "Patient accounting has other codes" in shown and 'data-testid="host-differences"' in shown
    for words in ("Diagnosis that patient accounting lacks", "Z79.84", "E11.9 Y", "E11.9 N"):
        assert words in shown, words
    with transaction.atomic():
        tell(claim.account_id, minutes=9)
        compare_host(account_id=claim.account_id)
    assert "patient accounting has the released codes" in bill.get(f"/claims/cases/{case.pk}/").content.decode()
