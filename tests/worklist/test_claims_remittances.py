"""Remittances: what was posted, set aside with every reason, or not ours; adjustments in words; links to claims."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessRecord
from coding_workflow.payment.models import Remittance, RemittanceClaim
from tests.payment import stage
from tests.security.browser import signed_in
from worklist.selectors import remittances

from .rows import reads

#: Reads of a remittance of any length, and of a list.
PAGE_BUDGET, LIST_BUDGET = 12, 6


@pytest.fixture
def bill(hospital):
    return signed_in(hospital.bill)


def send(client, raw: bytes):
    """Post a file as the page does."""
    return client.post("/claims/remittance/", {"file": SimpleUploadedFile("a.835", raw)}, follow=True)


def twice_wrong(raw: bytes) -> bytes:
    """The payment's amount and a claim's adjustment are each off."""
    lines = raw.decode().splitlines()
    changed = [_off(line.split("*")) if line.startswith(("BPR", "CAS")) else line for line in lines]
    return "\n".join(changed).encode()


def _off(elements: list[str]) -> str:
    place = 2 if elements[0] == "BPR" else 3
    end = "~" if elements[place].endswith("~") else ""
    elements[place] = "1.11" + end
    return "*".join(elements)


def test_a_posted_remittance_shows_claims_and_adjustments_in_words(bill, hospital):
    claim = stage.paid(hospital)
    one = Remittance.objects.get()
    page = bill.get(f"/claims/remittances/{one.pk}/").content.decode()
    for words in ("CO-45", "contract", "Processed as primary", f'href="/claims/{claim.pk}/"', "trace", "T-A1"):
        assert words in page
    assert AccessRecord.objects.filter(kind="remittance.viewed", user=hospital.bill).count() == 1
    assert f"/claims/remittances/{one.pk}/" in bill.get(f"/claims/{claim.pk}/").content.decode()


def test_a_quarantined_file_shows_every_reason_on_its_own(bill, hospital):
    claim = stage.billed(hospital)
    page = send(bill, twice_wrong(stage.remit([claim]))).content.decode()
    one = Remittance.objects.get()
    assert one.status == "quarantined"
    reasons = remittances.reasons(one)
    assert len(reasons) == 2
    for reason in ("Claim 1: the charge less its adjustments", "less provider adjustments are not the amount"):
        assert reason in page
        assert any(reason in each for each in reasons)
    assert "a.835 is set aside" in page
    claim.refresh_from_db()
    assert claim.status == "submitted"
    listed = bill.get("/claims/?show=remittances").content.decode()
    assert "Quarantined" in listed
    assert "and 1 more reason<" in listed
    assert "Claim 1: the charge less its adjustments" in listed


def test_a_claim_that_is_not_ours_is_unmatched_and_leads_to_its_remittance(bill, hospital):
    claim, ours = stage.billed(hospital), stage.billed(hospital, "A2")
    send(bill, stage.remit([claim, ours]).replace(claim.number.encode(), b"C9999999999"))
    one = Remittance.objects.get()
    listed = bill.get("/claims/?show=unmatched").content.decode()
    assert "C9999999999" in listed
    assert f'href="/claims/remittances/{one.pk}/"' in listed
    page = bill.get(f"/claims/remittances/{one.pk}/").content.decode()
    assert "No claim of this facility has this number." in page
    assert ">unmatched<" in page


def test_money_moved_beside_claims_is_told(bill, hospital):
    claim = stage.billed(hospital)
    lines = stage.remit([claim]).decode().splitlines()
    end = next(place for place, line in enumerate(lines) if line.startswith("SE"))
    paid = next(line.split("*")[2] for line in lines if line.startswith("BPR"))
    moved = f"PLB*{stage.NPI}*20261231*L6:X1*-5~"
    text = [*lines[:end], moved, lines[end].replace(lines[end].split("*")[1], str(int(lines[end].split("*")[1]) + 1), 1)]
    raw = "\n".join([*text, *lines[end + 1 :]]).replace(f"BPR*I*{paid}", f"BPR*I*{float(paid) + 5:.2f}".rstrip("0").rstrip("."))
    page = send(bill, raw.encode())
    one = Remittance.objects.get()
    assert (one.status, one.reason) == ("posted", "")
    assert page.status_code == 200
    told = bill.get(f"/claims/remittances/{one.pk}/").content.decode()
    assert "Interest" in told
    assert "reference X1" in told


def test_the_claims_of_a_remittance_come_by_pages(bill, hospital, monkeypatch):
    monkeypatch.setattr(remittances, "PAGE_SIZE", 2)
    claims = [stage.billed(hospital, f"R{number}") for number in range(3)]
    send(bill, stage.remit(claims))
    first = bill.get(f"/claims/remittances/{Remittance.objects.get().pk}/")
    second = bill.get(first.context["next_url"])
    shown = [line.said.claim.number for page in (first, second) for line in page.context["sheet"].claims]
    assert shown == [claim.number for claim in claims]
    assert second.context["next_url"] == ""


def test_a_restricted_account_is_not_on_the_sheet(bill, hospital):
    claim = stage.paid(hospital)
    type(claim.account).objects.filter(pk=claim.account_id).update(restricted="VIP")
    assert claim.number not in bill.get(f"/claims/remittances/{Remittance.objects.get().pk}/").content.decode()


def test_a_remittance_takes_as_many_queries_for_many_claims_as_for_one(bill, hospital):
    counts = []
    for size in (1, 4):
        claims = [stage.billed(hospital, f"Q{size}{number}") for number in range(size)]
        send(bill, stage.remit(claims, trace=f"T{size}"))
        with CaptureQueriesContext(connection) as queries:
            bill.get(f"/claims/remittances/{Remittance.objects.latest('pk').pk}/")
        counts.append(len(reads(queries)))
    assert RemittanceClaim.objects.count() == 5
    assert counts[0] == counts[1]
    assert counts[0] <= PAGE_BUDGET


@pytest.mark.parametrize("tab", ["unmade", "made", "paid", "remittances", "unmatched"])
def test_every_tab_keeps_its_budget(bill, hospital, tab):
    stage.paid(hospital)
    with CaptureQueriesContext(connection) as queries:
        bill.get(f"/claims/?show={tab}")
    assert len(reads(queries)) <= LIST_BUDGET


def test_the_tabs_count_what_waits_here(bill, hospital):
    send(bill, twice_wrong(stage.remit([stage.billed(hospital)])))
    counts = {tab.value: tab.count for tab in bill.get("/claims/").context["tabs"]}
    assert (counts["remittances"], counts["cases"], counts["submitted"], counts["unmatched"]) == (1, 0, 0, 0)
