"""Forms of the claims pages: a refusal keeps what was typed and stands at its field, as page and as fragment."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from coding_workflow.payment.models import Remittance
from coding_workflow.release.models import DiscrepancyCase
from tests.payment import stage
from tests.security.browser import signed_in
from worklist.views.claims import remittances

FRAGMENT = {"HTTP_HX_REQUEST": "true"}
THREE = {"root_cause": "Late report", "correction": "Recoded", "prevention": "Wait for pathology"}


@pytest.fixture
def bill(hospital):
    return signed_in(hospital.bill)


@pytest.fixture
def case(hospital):
    claim = stage.paid(hospital)
    signed_in(hospital.bill).post(f"/claims/{claim.pk}/discrepancy/", {"description": "Amended pathology"})
    return DiscrepancyCase.objects.get(account=claim.account)


def said(response, status: int) -> str:
    """The answer's text; a page is whole, a fragment is not."""
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("extra", [{}, FRAGMENT])
def test_a_rejection_without_words_says_so_at_the_field(bill, hospital, extra):
    claim = stage.billed(hospital)
    page = said(bill.post(f"/claims/{claim.pk}/rejected/", {"reason": " "}, **extra), 422)
    assert 'id="reason-error">Say why the claim was rejected.<' in page
    assert 'aria-describedby="reason-error"' in page
    assert ("<html" in page) is not bool(extra)


@pytest.mark.parametrize("extra", [{}, FRAGMENT])
def test_a_rejection_that_came_second_keeps_its_words(bill, hospital, extra):
    claim = stage.paid(hospital)
    page = said(bill.post(f"/claims/{claim.pk}/rejected/", {"reason": "Subscriber <unknown>"}, **extra), 409)
    assert "The claim is paid already." in page
    assert "Subscriber &lt;unknown&gt;</textarea>" in page
    assert ("<html" in page) is not bool(extra)


def test_a_mark_that_came_second_shows_the_claim_as_it_is_now(bill, hospital):
    claim = stage.paid(hospital)
    page = said(bill.post(f"/claims/{claim.pk}/submitted/"), 409)
    assert "The claim is paid already." in page
    assert f'Claim <span class="code">{claim.number}' in page
    assert "<html" not in said(bill.post(f"/claims/{claim.pk}/submitted/", **FRAGMENT), 409)


@pytest.mark.parametrize("extra", [{}, FRAGMENT])
def test_a_discrepancy_without_words_keeps_the_tick(bill, hospital, extra):
    claim = stage.paid(hospital)
    page = said(bill.post(f"/claims/{claim.pk}/discrepancy/", {"description": "", "overpayment": "1"}, **extra), 422)
    assert 'id="description-error">Describe the discrepancy.<' in page
    assert 'value="1" checked' in page


def test_a_discrepancy_on_an_account_that_is_open_again_keeps_its_words(bill, case):
    claim = case.account.claims.get()
    page = said(bill.post(f"/claims/{claim.pk}/discrepancy/", {"description": "Another thing"}), 409)
    assert "not past release" in page
    assert "Another thing</textarea>" in page


@pytest.mark.parametrize("extra", [{}, FRAGMENT])
@pytest.mark.parametrize("missing", sorted(THREE))
def test_a_correction_marks_what_is_empty_and_keeps_the_rest(bill, case, missing, extra):
    typed = {**THREE, missing: " ", "claim_change": "D9"}
    page = said(bill.post(f"/claims/cases/{case.pk}/correction/", typed, **extra), 422)
    assert [name for name in THREE if f'id="{name}-error"' in page] == [missing]
    for name in set(THREE) - {missing}:
        assert f"{THREE[name]}</textarea>" in page
    assert '<option value="D9" selected>' in page


def test_a_medicare_correction_without_a_reason_code_says_so_at_that_field(bill, case):
    page = said(bill.post(f"/claims/cases/{case.pk}/correction/", THREE), 422)
    assert 'id="claim_change-error">A changed Medicare claim' in page
    assert "Late report</textarea>" in page


def test_a_code_that_no_replacement_carries_is_refused_at_its_field(bill, case):
    page = said(bill.post(f"/claims/cases/{case.pk}/correction/", {**THREE, "claim_change": "D5"}), 422)
    assert 'id="claim_change-error">Choose a claim-change' in page


def test_a_recorded_correction_sends_to_the_case(bill, case):
    typed = {**THREE, "claim_change": "D9"}
    done = bill.post(f"/claims/cases/{case.pk}/correction/", typed, **FRAGMENT)
    assert (done.status_code, done["HX-Redirect"]) == (200, f"/claims/cases/{case.pk}/")
    page = said(bill.get(f"/claims/cases/{case.pk}/"), 200)
    assert "Correction prepared" in page
    assert "Late report</textarea>" in page


def _cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


@pytest.mark.parametrize("extra", [{}, FRAGMENT])
def test_a_file_that_cannot_be_read_is_named_with_what_is_wrong(bill, hospital, extra):
    raw = _cut(stage.remit([stage.billed(hospital)]))
    page = said(bill.post("/claims/remittance/", {"file": SimpleUploadedFile("sept<b>.835", raw)}, **extra), 422)
    assert "sept&lt;b&gt;.835</strong> was not posted. The remittance cannot be read." in page
    assert ("<html" in page) is not bool(extra)
    assert not Remittance.objects.exists()


def test_a_byte_that_is_no_text_is_named_by_its_place(bill, hospital):
    raw = stage.remit([stage.billed(hospital)]) + b"\xff"
    page = said(bill.post("/claims/remittance/", {"file": SimpleUploadedFile("a.835", raw)}, **FRAGMENT), 422)
    assert f"byte {len(raw) - 1} cannot be read" in page


def test_a_file_that_came_before_names_the_first(bill, hospital):
    raw = stage.remit([stage.billed(hospital)])
    bill.post("/claims/remittance/", {"file": SimpleUploadedFile("a.835", raw)})
    page = said(bill.post("/claims/remittance/", {"file": SimpleUploadedFile("b.835", raw)}), 409)
    assert f"b.835</strong> was not posted. This remittance came before: number {Remittance.objects.get().pk}" in page


def test_no_file_and_too_large_a_file_say_so(bill, monkeypatch):
    assert "Choose the 835 file" in said(bill.post("/claims/remittance/"), 422)
    monkeypatch.setattr(remittances, "MOST_BYTES", 3)
    page = said(bill.post("/claims/remittance/", {"file": SimpleUploadedFile("big.835", b"ISA*")}), 422)
    assert "big.835</strong> was not posted. It is larger" in page
