"""Claims: the tabs, one claim as a UB-04, remittances and discrepancies."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AccessRecord, Account
from coding_workflow.release.models import DiscrepancyCase
from tests.payment import stage
from tests.security.browser import signed_in
from worklist import ub04


@pytest.fixture
def bill(hospital):
    return signed_in(hospital.bill)


def test_the_page_is_for_billers_supervisors_and_compliance(hospital):
    assert signed_in(hospital.ana).get("/claims/").status_code == 403
    assert signed_in(hospital.cora).get("/claims/").status_code == 200


@pytest.mark.parametrize("tab", ["made", "submitted", "paid", "cases", "remittances", "unmatched", "%00"])
def test_an_empty_tab_says_what_would_come_there(bill, tab):
    assert "nothing here" in bill.get(f"/claims/?show={tab}").content.decode()


def test_a_claim_reads_like_the_form_it_was_billed_on(bill, hospital):
    claim = stage.billed(hospital)
    page = bill.get(f"/claims/{claim.pk}/").content.decode()
    for said in (
        "4 Type of bill",
        "0111",
        "67 Principal",
        "I214",
        "69 Admitting",
        "R079",
        "027034Z",
        "0120",
        "$3,250.25",
        "71 DRG",
    ):
        assert said in page
    assert AccessRecord.objects.filter(account=claim.account, kind="claim.viewed").count() == 1


def test_the_form_holds_dates_people_and_numbers(hospital):
    claim = stage.billed(hospital)
    form = ub04.read(claim.file.text, claim.number)
    assert form.boxes["6 Statement covers"] == "09/01/2026 to 09/04/2026"
    assert form.boxes["8 Patient"] == "Testcase, Pat".upper() or form.boxes["8 Patient"].lower() == "testcase, pat"
    assert form.boxes["17 Discharge status"] == "01"
    assert [line.charge for line in form.lines] and sum(line.charge for line in form.lines) == claim.total
    assert [code.beside for code in form.diagnoses if code.place == "67 Principal"] == ["Y"]


@pytest.mark.parametrize("text", ["", "ISA~", "ISA*00", "no claim at all " * 20])
def test_a_text_without_the_claim_gives_an_empty_form(text):
    assert ub04.read(text, "X") == ub04.Ub04()


def test_a_biller_marks_what_became_of_a_claim(bill, hospital):
    claim = stage.billed(hospital)
    assert bill.post(f"/claims/{claim.pk}/submitted/").status_code == 409
    assert bill.post(f"/claims/{claim.pk}/accepted/").status_code == 302
    assert bill.post(f"/claims/{claim.pk}/rejected/", {"reason": ""}).status_code == 422
    claim.refresh_from_db()
    assert claim.status == "accepted"


def test_a_remittance_posts_once_and_shows_on_the_claim(bill, hospital):
    claim = stage.billed(hospital)
    raw = stage.remit([claim])
    posted = bill.post("/claims/remittance/", {"file": SimpleUploadedFile("835.txt", raw)}, follow=True)
    assert "Posted: $" in posted.content.decode()
    again = bill.post("/claims/remittance/", {"file": SimpleUploadedFile("835.txt", raw)})
    assert again.status_code == 409
    assert "paid of" in bill.get(f"/claims/{claim.pk}/").content.decode()
    assert claim.number in bill.get("/claims/?show=paid").content.decode()


def test_without_a_file_nothing_is_posted(bill):
    assert bill.post("/claims/remittance/").status_code == 422


def test_a_discrepancy_reopens_the_account_and_takes_three_answers(bill, hospital):
    claim = stage.paid(hospital)
    assert bill.post(f"/claims/{claim.pk}/discrepancy/", {"description": " "}).status_code == 422
    assert (
        bill.post(f"/claims/{claim.pk}/discrepancy/", {"description": "Amended pathology", "overpayment": "1"}).status_code == 302
    )
    assert Account.objects.get(pk=claim.account_id).step == "coding"
    case = DiscrepancyCase.objects.get(account=claim.account)
    assert "Amended pathology" in bill.get("/claims/?show=cases").content.decode()
    address = f"/claims/cases/{case.pk}/correction/"
    assert bill.post(address, {"root_cause": "late report"}).status_code == 422
    answers = {"root_cause": "late report", "correction": "recoded", "prevention": "wait for pathology", "claim_change": "D9"}
    assert bill.post(address, answers).status_code == 302
