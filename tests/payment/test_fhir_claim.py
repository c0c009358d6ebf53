"""A claim as FHIR: R4, and to the cent and code what the 837 of the same claim says."""

import dataclasses
import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.errors import Refused
from accounts.models import Coverage, Payer
from coding_workflow.payment.fhir import claim as writing
from coding_workflow.payment.models import Claim, ClaimStatus
from coding_workflow.payment.record import claim_alone, record_of
from coding_workflow.registration.fhir import checking
from coding_workflow.registration.fhir.writing.parts import Namer, line
from tests.cast import Cast
from tests.payment import samples
from tests.payment.stage import billed, coded, release
from tests.payment.test_record import resources, written
from tests.worklist.rows import claim_at

NAMER = Namer("MAIN", "1234567893")
PARTIES = writing.Parties(
    patient={"reference": "#p"}, coverage={"reference": "#c"}, insurer={"reference": "#i"}, provider={"reference": "#o"},
    people=(("attending", {"reference": "#a"}), ("operating", {"reference": "#b"})),
)  # fmt: skip
STANDING = writing.Standing({"system": "urn:x", "value": "C1"}, "active", datetime.datetime(2026, 9, 5, tzinfo=datetime.UTC))


def said(claim: Any, **changes: Any) -> dict[str, Any]:
    """The resource, checked."""
    resource = {"resourceType": "Claim", **writing.claim(claim, PARTIES, dataclasses.replace(STANDING, **changes))}
    assert checking.check(json.loads(line(resource))) == ()
    return resource


def _codes(parts: list[dict[str, Any]], name: str) -> list[str]:
    return [each[name]["coding"][0]["code"] for each in parts if name in each]


def test_an_inpatient_claim_says_what_the_form_says() -> None:
    claim = said(samples.inpatient())
    assert (claim["use"], claim["type"]["coding"][0]["code"], claim["status"]) == ("claim", "institutional", "active")
    assert claim["billablePeriod"] == {"start": "2026-05-01", "end": "2026-05-04"}
    diagnoses = claim["diagnosis"]
    assert [each["sequence"] for each in diagnoses] == [1, 2, 3, 4, 5]
    assert _codes(diagnoses, "diagnosisCodeableConcept") == ["I21.4", "I25.10", "Z79.84", "R07.9", "W19.XXXA"]
    kinds = [each["type"][0]["coding"][0]["code"] for each in diagnoses]
    assert kinds == ["principal", "other", "other", "admitting", "externalcauseofinjury"]
    assert [each.get("onAdmission", {}).get("coding", [{}])[0].get("code") for each in diagnoses] == ["y", "y", None, None, "y"]
    assert _codes(diagnoses, "packageCode") == ["322"] and "packageCode" in diagnoses[0]
    procedures = [(each["procedureCodeableConcept"]["coding"][0]["code"], each["date"]) for each in claim["procedure"]]
    assert procedures == [("027034Z", "2026-05-02"), ("4A023N7", "2026-05-02")]
    room, supply = claim["item"]
    assert _codes([room, supply], "revenue") == ["0120", "0481"]
    assert room["productOrService"]["coding"][0]["code"] == "not-applicable" and room["quantity"] == {"value": 3}
    assert (supply["productOrService"]["coding"][0]["code"], _modifiers(supply)) == ("C1874", ["LT"])
    assert supply["net"] == {"value": 500.5, "currency": "USD"} and claim["total"]["value"] == 1500.5
    assert [each["role"]["coding"][0]["code"] for each in claim["careTeam"]] == ["attending", "operating"]
    facts = {each["category"]["coding"][0]["code"]: each for each in claim["supportingInfo"]}
    assert (
        facts["typeofbill"]["code"]["coding"][0]["code"] == "0111"
        and facts["discharge-status"]["code"]["coding"][0]["code"] == "01"
    )
    assert facts["admissionperiod"]["timingPeriod"] == {"start": "2026-05-01", "end": "2026-05-04"}


def _modifiers(item: dict[str, Any]) -> list[str]:
    return [each["coding"][0]["code"] for each in item["modifier"]]


def test_an_outpatient_claim_has_reasons_and_no_group() -> None:
    claim = said(samples.emergency(external_causes=()))
    assert "procedure" not in claim and "packageCode" not in claim["diagnosis"][0]
    kinds = [each["type"][0]["coding"][0]["code"] for each in claim["diagnosis"]]
    assert kinds[0] == "principal" and "patientreasonforvisit" in kinds
    assert claim["item"][0]["servicedDate"] == "2026-05-01" and _modifiers(claim["item"][0]) == ["25"]
    assert claim["item"][0]["productOrService"]["coding"][0]["system"] == "http://www.ama-assn.org/go/cpt"


def test_a_replacement_names_the_claim_before_it_under_both_numbers() -> None:
    changed = samples.inpatient(type_of_bill="0117", payer_control_number="ICN1", note="Code corrected")
    claim = said(changed, prior={"system": "urn:x", "value": "C0"})
    [related] = claim["related"]
    assert related["claim"]["identifier"]["value"] == "C0" and related["reference"]["value"] == "ICN1"
    assert related["relationship"]["coding"][0]["code"] == "prior"
    assert any(each.get("valueString") == "Code corrected" for each in claim["supportingInfo"])


def test_credits_and_cents_stay_exact() -> None:
    lines = (samples.ServiceLine("0300", Decimal("-0.01"), Decimal("0")), samples.ServiceLine("0300", Decimal("9999999999.99")))
    claim = said(samples.inpatient(lines=lines, total=Decimal("9999999999.98")))
    assert [each["net"]["value"] for each in claim["item"]] == [-0.01, 9999999999.99]
    assert "quantity" not in claim["item"][0] and b"9999999999.98" in line(claim)


@pytest.mark.django_db
def test_a_claim_alone_holds_everybody_that_it_names(cast: Cast, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    claim = claim_alone(billed(cast))
    assert checking.check(json.loads(line(claim))) == ()
    inside = {f"#{each['id']}": each for each in claim["contained"]}
    assert set(inside) == {"#patient", "#coverage", "#insurer", "#provider", "#practitioner-attending"}
    assert inside[claim["patient"]["reference"]]["name"][0]["family"] == "Testcase"
    assert inside[claim["insurance"][0]["coverage"]["reference"]]["subscriberId"] == "1EG4TE5MK73"
    assert inside[claim["insurer"]["reference"]]["name"] == "Medicare"
    assert claim["identifier"][0]["value"] == Claim.objects.get().number
    assert claim["total"]["value"] == 3250.25 == sum(each["net"]["value"] for each in claim["item"])


@pytest.mark.django_db
def test_a_record_has_every_claim_and_a_superseded_one_is_cancelled(cast: Cast, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    claim = billed(cast)
    Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.SUPERSEDED)
    [found] = resources(written(record_of(claim.account_id)), "Claim")
    assert found["status"] == "cancelled" and "contained" not in found


@pytest.mark.django_db
def test_nobody_is_said_to_have_been_billed_but_the_payer_who_was(cast: Cast, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    claim = billed(cast)
    Coverage.objects.filter(account=claim.account).update(payer=cast.commercial)
    with pytest.raises(Refused) as refusal:
        claim_alone(Claim.objects.get())
    assert refusal.value.code == "claim.no_payer"
    found = written(record_of(claim.account_id))
    [outcome] = resources(found, "OperationOutcome")
    assert (
        claim.number in outcome["issue"][0]["diagnostics"] and "the payer that was billed" in outcome["issue"][0]["diagnostics"]
    )
    assert resources(found, "Claim") == []


@pytest.mark.django_db
def test_a_release_without_a_claim_here_is_a_draft(cast: Cast, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    account = coded(cast)
    release(cast, account)
    [found] = resources(written(record_of(account.pk)), "Claim")
    assert (found["status"], found["type"]["coding"][0]["code"]) == ("draft", "institutional")
    assert found["total"]["value"] == 3250.25 and "identifier" not in found


@pytest.mark.django_db
def test_nobody_is_billed_for_a_self_pay_account(cast: Cast, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    Payer.objects.filter(pk=cast.commercial.pk).update(kind="self_pay")
    account = coded(cast, payer=cast.commercial)
    release(cast, account)
    assert resources(written(record_of(account.pk)), "Claim") == []


def test_a_professional_line_has_no_revenue_code() -> None:
    lines = (samples.ServiceLine("0000", Decimal(140), Decimal(1), "99213", ("25",), datetime.date(2026, 5, 1)),)
    claim = said(samples.emergency(external_causes=(), lines=lines, total=Decimal(140), type_of_bill=""), professional=True)
    assert claim["type"]["coding"][0]["code"] == "professional" and "revenue" not in claim["item"][0]
    assert "typeofbill" not in {each["category"]["coding"][0]["code"] for each in claim["supportingInfo"]}


@pytest.mark.django_db
def test_a_claim_that_cannot_be_written_is_named_and_the_rest_goes_out(cast: Cast, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    claim = Claim.objects.get(pk=claim_at(cast, cast.main)["pk"])
    Coverage.objects.create(facility=cast.main, account=claim.account, payer=cast.medicare, member_id="1")
    found = written(record_of(claim.account_id))
    [outcome] = resources(found, "OperationOutcome")
    assert checking.check(outcome) == () and claim.number in outcome["issue"][0]["diagnostics"]
    assert resources(found, "Claim") == [] and len(resources(found, "Patient")) == 1
