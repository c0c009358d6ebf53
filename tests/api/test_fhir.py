"""Records and claims as FHIR by the API and the pages: types, refusals, and the record of who took them."""

import json

import pytest

from accounts.models import AccessRecord, Account, Coverage
from coding_workflow.registration.fhir import checking
from coding_workflow.staff.models import BreakGlass
from tests.api.operations import claim as bare_claim
from tests.api.sending import as_program, problem
from tests.cast import Cast
from tests.payment.stage import billed
from tests.security.browser import signed_in

FHIR = "application/fhir+json"


def _taken(kind: str) -> list[tuple[str, str]]:
    rows = AccessRecord.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("user__username", "account__number"))


def test_the_record_is_a_bundle_under_fhir_s_type(hospital: Cast) -> None:
    account = billed(hospital).account
    program = as_program(hospital.cora, hospital.main, "read")
    for accept, kind in (("*/*", FHIR), (FHIR, FHIR), ("application/json", "application/json")):
        answer = program.get(f"accounts/{account.pk}/fhir/", Accept=accept)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
        found = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
        assert found["type"] == "collection" and len(found["entry"]) > 10
    assert problem(program.get(f"accounts/{account.pk}/fhir/", Accept="application/fhir+xml")) == (406, "accept")
    assert _taken("record.taken") == [("cora", account.number)] * 3


def test_a_claim_is_one_resource(hospital: Cast) -> None:
    claim = billed(hospital)
    answer = as_program(hospital.bill, hospital.main, "read").get(f"claims/{claim.pk}/fhir/", Accept=FHIR)
    assert answer.headers["Content-Type"] == FHIR
    found = json.loads(answer.content)
    assert checking.check(found) == () and found["resourceType"] == "Claim"
    assert _taken("claim.downloaded") == [("bill", claim.account.number)]


def test_a_claim_whose_account_names_no_payer_says_so(hospital: Cast) -> None:
    key = bare_claim(hospital, hospital.main)["claim"]
    assert problem(as_program(hospital.bill, hospital.main).get(f"claims/{key}/fhir/")) == (422, "claim.no_payer")


def test_a_restricted_record_takes_a_reason_first(hospital: Cast) -> None:
    account = billed(hospital).account
    Account.objects.filter(pk=account.pk).update(restricted="VIP")
    for response in (
        as_program(hospital.cleo, hospital.main).get(f"accounts/{account.pk}/fhir/"),
        as_program(hospital.cora, hospital.main).get(f"accounts/{account.pk}/fhir/"),
    ):
        assert problem(response) == (403, "account.restricted")
    assert signed_in(hospital.cleo).get(f"/account/{account.pk}/fhir/").status_code == 403
    assert _taken("record.taken") == [] and not BreakGlass.objects.exists()


@pytest.mark.parametrize(("who", "offered"), [("cleo", True), ("cora", True), ("ana", False), ("bill", False), ("ada", False)])
def test_the_account_page_offers_it_to_whom_it_is_open(hospital: Cast, who: str, offered: bool) -> None:
    account = billed(hospital).account
    address = f"/account/{account.pk}/fhir/"
    client = signed_in(getattr(hospital, who))
    assert (f'href="{address}"' in client.get(f"/account/{account.pk}/").content.decode()) == offered
    answer = client.get(address)
    assert answer.status_code == (200 if offered else 403)
    if offered:
        assert answer["Content-Disposition"] == f'attachment; filename="record-{account.pk}.json"'
        assert json.loads(b"".join(answer.streaming_content))["resourceType"] == "Bundle"  # type: ignore[attr-defined]
    assert _taken("record.taken") == ([(who, account.number)] if offered else [])


def test_who_proved_it_too_long_ago_proves_it_again(hospital: Cast, settings) -> None:
    account = billed(hospital).account
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    answer = signed_in(hospital.cleo).get(f"/account/{account.pk}/fhir/")
    assert answer.status_code == 302 and answer["Location"].startswith("/signin/again/")
    assert _taken("record.taken") == []


def test_the_claim_page_hands_it_out(hospital: Cast) -> None:
    claim = billed(hospital)
    client = signed_in(hospital.bill)
    assert f'href="/claims/{claim.pk}/fhir/"' in client.get(f"/claims/{claim.pk}/").content.decode()
    assert json.loads(client.get(f"/claims/{claim.pk}/fhir/").content)["resourceType"] == "Claim"
    assert _taken("claim.downloaded") == [("bill", claim.account.number)]


def test_a_claim_of_a_restricted_account_is_handed_to_nobody_who_has_not_opened_it(hospital: Cast) -> None:
    claim = billed(hospital)
    Account.objects.filter(pk=claim.account_id).update(restricted="VIP")
    for person in (hospital.bill, hospital.cleo, hospital.cora):
        assert as_program(person, hospital.main).get(f"claims/{claim.pk}/fhir/").status_code in {403, 404}
        assert signed_in(person).get(f"/claims/{claim.pk}/fhir/").status_code in {403, 404}
    assert _taken("claim.downloaded") == []


def test_the_page_says_why_a_claim_is_not_handed_out(hospital: Cast) -> None:
    claim = billed(hospital)
    Coverage.objects.filter(account=claim.account_id).update(payer=hospital.commercial)
    answer = signed_in(hospital.bill).get(f"/claims/{claim.pk}/fhir/")
    assert answer.status_code == 422 and "no longer has the payer that was billed" in answer.content.decode()
