"""Remittances by the API: posted once and whole by a biller, read with their reasons, lines and payments."""

import pytest

from accounts.models import AccessRecord, Facility, Step
from coding_workflow.payment.models import Claim, Remittance
from tests.api.sending import Program, as_program, problem
from tests.cast import Cast
from tests.payment import samples
from tests.payment.stage import billed

X12 = "application/edi-x12"


def _post(program: Program, raw: bytes, **more: str):
    return program.post("remittances/", raw, Content_Type=X12, **more)


@pytest.fixture
def claim(hospital: Cast) -> Claim:
    Facility.objects.filter(pk=hospital.other.pk).update(npi="1093817465")
    return billed(hospital)


def _paying(claim: Claim) -> bytes:
    """The sample file, its first claim being this one."""
    raw = samples.remittance().replace(b"C0000000002", b"X2").replace(b"C0000000003", b"X3")
    return raw.replace(b"C0000000001", claim.number.encode())


def test_a_biller_posts_a_file_once(hospital: Cast, claim: Claim) -> None:
    bill = as_program(hospital.bill, hospital.main)
    answer = _post(bill, _paying(claim), Idempotency_Key="r1")
    assert answer.status_code == 201
    said = answer.json()
    assert (said["status"], said["total"], said["reasons"]) == ("posted", "1290.40", [])
    assert [(one["payer"], one["trace"], one["amount"]) for one in said["payments"]] == [("MEDICARE", "TRACE-77", "1290.40")]
    claim.account.refresh_from_db()
    assert claim.account.step == Step.PAID
    again = _post(bill, _paying(claim), Idempotency_Key="r1")
    assert (again.status_code, again.json()["id"]) == (201, said["id"])
    assert problem(_post(bill, _paying(claim))) == (409, "remittance.posted")
    assert Remittance.objects.count() == 1


def test_its_lines_and_those_that_nothing_answers_to(hospital: Cast, claim: Claim) -> None:
    key = _post(as_program(hospital.bill, hospital.main), _paying(claim)).json()["id"]
    cleo = as_program(hospital.cleo, hospital.main, "read")
    lines = cleo.get(f"remittances/{key}/claims/").json()["rows"]
    assert [one["claim_number"] for one in lines] == [claim.number, "X2", "X3"]
    assert (lines[0]["claim"], lines[1]["claim"]) == (claim.pk, None)
    first = lines[0]["adjustments"][0]
    assert (first["code"], first["amount"], first["line"]) == ("CO-45", "200.10", None) and first["group"] and first["reason"]
    unmatched = cleo.get("remittances/unmatched/").json()["rows"]
    assert {one["claim_number"] for one in unmatched} == {"X2", "X3"}
    assert cleo.get(f"remittances/unmatched/?facility={hospital.other.pk}").json()["rows"] == []
    page = cleo.get(f"remittances/{key}/claims/?limit=1").json()
    assert page["rows"][0]["id"] == lines[0]["id"] and page["next_after"] == lines[0]["id"]
    assert AccessRecord.objects.filter(kind="remittance.viewed", user=hospital.cleo).count() == 2


def test_what_does_not_add_up_is_set_aside_with_its_reasons(hospital: Cast, claim: Claim) -> None:
    raw = _paying(claim).replace(b"BPR*I*1290.40", b"BPR*I*1290.41")
    said = _post(as_program(hospital.bill, hospital.main), raw).json()
    assert said["status"] == "quarantined" and said["reasons"] and said["payments"] == []
    rows = as_program(hospital.cora, hospital.main).get("remittances/?status=quarantined").json()["rows"]
    assert [one["id"] for one in rows] == [said["id"]]


def test_what_cannot_be_read_or_is_another_facility_s_keeps_nothing(hospital: Cast, claim: Claim) -> None:
    bill = as_program(hospital.bill, hospital.main)
    assert problem(_post(bill, b"ISA")) == (422, "remittance.unreadable")
    assert problem(bill.post("remittances/", {"a": 1})) == (415, "content_type")
    assert problem(_post(bill, b"x" * (5 * 1024 * 1024 + 1))) == (413, "body.large")
    elsewhere = _paying(claim).replace(b"*XX*1234567893", b"*XX*1093817465")
    assert problem(_post(bill, elsewhere))[0] == 403
    assert not Remittance.objects.exists()
