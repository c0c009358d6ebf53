"""A professional account from registration to payment: the gate lets it pass, an 837P is made, an 835 pays it."""

import datetime
import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection, transaction

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Account, Hold, Provider, Unit
from coding_workflow.coding import services as coding
from coding_workflow.coding.models import LinePointers
from coding_workflow.payment.models import Claim, ClaimStatus
from coding_workflow.payment.record import record_of
from coding_workflow.payment.record.claims import claim_alone
from coding_workflow.payment.services import (
    make_claims,
    mark_submitted,
    open_discrepancy,
    post_remittance,
    record_correction,
)
from coding_workflow.payment.x12.validate import validate
from coding_workflow.registration.services import import_csv
from coding_workflow.release import services as release
from coding_workflow.release.facts import assemble
from coding_workflow.release.models import Check
from tests.cast import Cast
from tests.tables import trust_downstream

from .professional import abstract, arrive, charge, claimed, code, finalized, link, registered, registration, released, rows
from .stage import grant_roles, remit, step_of

pytestmark = pytest.mark.usefixtures("coded_db")


@pytest.fixture(autouse=True)
def _after_every_bill_hold(settings: LazySettings, cast: Cast) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 20)
    grant_roles(cast)


def holding(check: Check) -> list[str]:
    return [finding["rule"] for finding in check.findings if finding["severity"] == "hold"]


def segments(text: str, *start: str) -> list[list[str]]:
    found = [one.strip("\n").split("*") for one in text.split("~") if one.strip("\n")]
    return [one for one in found if one[: len(start)] == list(start)]


def test_registration_brings_what_a_professional_bill_needs(cast: Cast) -> None:
    account = registered()
    assert (account.billing_kind, account.patient_class, account.type_of_bill) == ("professional", "professional", "")
    assert (account.place_of_service, account.step) == ("11", "coding")
    assert [getattr(account, role).npi for role in ("rendering", "referring")] == ["1234567893", "1245319599"]
    line = account.charges.get(hcpcs="99213")
    assert (line.revenue_code, line.modifiers, line.diagnoses) == ("", ["25"], ["E119", "I10"])


def test_from_registration_to_the_claim(cast: Cast) -> None:
    claim = claimed(cast)
    text = claim.file.text
    assert validate(text) == []
    assert (claim.form, claim.type_of_bill, claim.frequency, claim.total) == ("837P", "", "1", 420)
    assert step_of(claim) == "billed"
    assert segments(text, "CLM")[0][1:] == [claim.number, "420", "", "", "11:B:1", "Y", "A", "Y", "Y"]
    assert segments(text, "HI") == [["HI", "ABK:E119", "ABF:I10", "ABF:M25511"]]
    assert segments(text, "SV1") == [
        ["SV1", "HC:99213:25", "180", "UN", "1", "", "", "1:2"],
        ["SV1", "HC:20610:RT", "240", "UN", "1", "", "", "3"],
    ]
    assert segments(text, "NM1", "82") == [["NM1", "82", "1", "WARD", "WANDA", "", "", "", "XX", "1234567893"]]
    assert segments(text, "NM1", "DN")[0][9] == "1245319599"
    assert not segments(text, "NM1", "71"), "an attending belongs to the hospital's claim"


def test_reordering_the_diagnoses_keeps_what_each_line_is_for(cast: Cast) -> None:
    trust_downstream(cast)
    account = registered()
    code(cast, account)
    keys = list(account.diagnoses.order_by("position").values_list("pk", flat=True))
    coding.reorder_diagnoses(account_id=account.pk, order=keys[::-1], by=cast.actor("ana"))
    finalized(cast, account)
    [claim] = make_claims(release_id=released(cast, account))
    assert [one[7] for one in segments(claim.file.text, "SV1")] == ["3:2", "1"]


def test_the_gate_names_what_is_missing_and_nothing_of_a_hospital_bill(cast: Cast) -> None:
    trust_downstream(cast)
    account = registered(place_of_service="")
    Account.objects.filter(pk=account.pk).update(rendering=None)
    coding.assign_diagnosis(account_id=account.pk, code="E11.9", by=cast.actor("ana"))
    said = set(holding(finalized(cast, account)))
    assert {
        "professional.place_of_service",
        "professional.rendering",
        "professional.pointers",
        "competence.chargemaster_owner",
        "claim.record_abstracted",
        "evidence.shown",
    } <= said
    foreign = {
        "claim.discharge_status",
        "claim.admit_date",
        "claim.type_of_bill",
        "poa.missing",
        "claim.status_valid",
        "tables.msdrg",
    }
    assert not said & foreign
    assert not [rule for rule in said if rule.startswith(("ioce.", "mce.", "observation.", "window."))]


def test_the_practitioners_table_is_asked_and_not_the_hospitals(cast: Cast) -> None:
    trust_downstream(cast, "CPT", "HCPCS", "HCPCS-MODIFIER")
    account = registered(payer="MCR")
    code(cast, account)
    check = finalized(cast, account)
    missing = [each["message"] for each in check.findings if each["rule"] == "tables.loaded" and each["severity"] == "hold"]
    assert any("NCCI-PTP" in message for message in missing)


def test_a_probable_diagnosis_is_not_coded(cast: Cast) -> None:
    trust_downstream(cast)
    account = registered()
    code(cast, account)
    text = "Probable chronic obstructive pulmonary disease."
    document = {
        "account": "P1", "document": "D-2", "type": "clinic_note", "document_status": "signed", "author_id": "DR1",
        "author_role": "MD", "authored": "2026-09-01T12:00", "signed": "2026-09-01T12:30", "text": text,
    }  # fmt: skip
    arrive(rows("documents", document))
    row = coding.assign_diagnosis(account_id=account.pk, code="J44.9", by=cast.actor("ana"))
    version = account.documents.get(source_id="D-2").versions.get()
    by = cast.actor("ana")
    coding.link_evidence(account_id=account.pk, version_id=version.pk, start=0, end=len(text), diagnosis_id=row.pk, by=by)
    assert "icd10cm.uncertain_outpatient" in holding(finalized(cast, account))


def test_a_coder_points_lines_and_others_are_refused(cast: Cast) -> None:
    account = registered()
    code(cast, account)
    by, line = cast.actor("ana"), account.charges.get(hcpcs="99213")
    coding.point_line(account_id=account.pk, charge_id=line.pk, diagnoses=["I10"], by=by)
    coding.point_line(account_id=account.pk, charge_id=line.pk, diagnoses=["i10", "E11.9"], by=by)
    account.refresh_from_db()
    assert next(each.pointers for each in assemble(account).lines if each.hcpcs == "99213") == ("I10", "E119")
    assert LinePointers.objects.filter(charge=line).count() == 2
    for wrong, reason in ((["J44.9"], "pointers.unknown"), (["I10", "I10"], "pointers.twice"), (["I10"] * 5, "pointers.many")):
        with pytest.raises(Refused) as caught:
            coding.point_line(account_id=account.pk, charge_id=line.pk, diagnoses=wrong, by=by)
        assert caught.value.code == reason
    with pytest.raises((NotAllowed, Conflict)):
        coding.point_line(account_id=account.pk, charge_id=line.pk, diagnoses=["I10"], by=cast.actor("ben"))


def test_taking_pointers_away_holds_though_the_sender_linked_some(cast: Cast) -> None:
    trust_downstream(cast)
    account = registered()
    code(cast, account)
    line = account.charges.get(hcpcs="20610")
    coding.point_line(account_id=account.pk, charge_id=line.pk, diagnoses=[], by=cast.actor("ana"))
    assert holding(finalized(cast, account)) == ["professional.pointers"]


def test_plain_sql_changes_no_pointers_and_who_pointed_approves_nothing(cast: Cast) -> None:
    trust_downstream(cast)
    account = registered()
    code(cast, account)
    line = account.charges.get(hcpcs="20610")
    row = coding.point_line(account_id=account.pk, charge_id=line.pk, diagnoses=["M25.511"], by=cast.actor("ana"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE coding_linepointers SET diagnoses = '[]' WHERE id = %s", [row.pk])
    assert finalized(cast, account).verdict == "releasable"
    LinePointers.objects.filter(pk=row.pk).update(superseded_at=datetime.datetime(2026, 9, 20, tzinfo=datetime.UTC))
    LinePointers.objects.create(facility=cast.main, account=account, charge=line, diagnoses=["M25511"], pointed_by=cast.cleo)
    release.run_check(account_id=account.pk)
    with pytest.raises(NotAllowed) as caught:
        released(cast, account)
    assert caught.value.code == "release.own_work"


def test_a_line_of_another_physician_in_another_place_says_so(cast: Cast) -> None:
    other = {"rendering_id": "DR3", "rendering_family_name": "Cutter", "rendering_npi": "1679576722", "place_of_service": "22"}
    lines = [charge("P1", "99213", "180.00", modifiers="25"), charge("P1", "20610", "240.00", diagnoses="M25.511", **other)]
    text = claimed(cast, charges=lines).file.text
    assert segments(text, "SV1")[1][5] == "22"
    assert [one[9] for one in segments(text, "NM1", "82")] == ["1234567893", "1679576722"]
    assert validate(text) == []


@pytest.mark.parametrize("whose", ["DR1", "DR2", "DR3"])
def test_a_provider_whose_number_changed_since_is_never_billed_as_somebody_else(cast: Cast, whose: str) -> None:
    trust_downstream(cast)
    other = {"rendering_id": "DR3", "rendering_family_name": "Cutter", "rendering_npi": "1679576722"}
    lines = [charge("P1", "99213", "180.00", modifiers="25"), charge("P1", "20610", "240.00", diagnoses="M25.511", **other)]
    account = registered(charges=lines)
    code(cast, account)
    finalized(cast, account)
    release_id = released(cast, account)
    Provider.objects.filter(source_id=whose).update(npi="1922075605" if whose != "DR3" else "1003000126")
    assert make_claims(release_id=release_id) == []
    assert "NPI is another one now" in Hold.objects.get(account=account, reason="claim.unfit").message


def test_the_first_payer_is_billed_and_one_after_another_holds_the_claim(cast: Cast) -> None:
    trust_downstream(cast)
    account = registered()
    arrive(rows("coverage", {"account": "P1", "rank": "2", "payer": "MCD", "member_id": "MM11111"}))
    account.refresh_from_db()
    code(cast, account)
    finalized(cast, account)
    (claim,) = make_claims(release_id=released(cast, account))
    assert claim.payer.code != "MCD"


def test_a_payer_after_nobody_holds_the_claim(cast: Cast) -> None:
    trust_downstream(cast)
    account = registered()
    account.coverages.update(rank=2)
    code(cast, account)
    finalized(cast, account)
    assert make_claims(release_id=released(cast, account)) == []
    assert "Somebody pays before this payer" in Hold.objects.get(account=account, reason="claim.unfit").message


def test_an_occurrence_code_names_the_accident(cast: Cast) -> None:
    trust_downstream(cast)
    account = registered()
    account.occurrence_codes = [{"code": "05", "date": "2026-08-30"}]
    account.save(update_fields=["occurrence_codes"])
    code(cast, account)
    finalized(cast, account)
    [claim] = make_claims(release_id=released(cast, account))
    assert segments(claim.file.text, "CLM")[0][11] == "OA"
    assert segments(claim.file.text, "DTP", "439") == [["DTP", "439", "D8", "20260830"]]


def test_a_group_bills_under_its_own_name_and_number(cast: Cast) -> None:
    Unit.objects.create(facility=cast.main, code="GRP", name="Main Street Physicians", npi="1679576722", taxonomy="193200000X")
    trust_downstream(cast)
    account = registered(billing_provider="GRP")
    assert account.unit is not None
    text = claimed(cast, "P2", billing_provider="GRP").file.text
    assert segments(text, "NM1", "85")[0][3:] == ["MAIN STREET PHYSICIANS", "", "", "", "", "XX", "1679576722"]


def test_a_remittance_pays_it_and_a_replacement_names_the_payers_number(cast: Cast) -> None:
    claim = claimed(cast)
    mark_submitted(claim_id=claim.pk, by=cast.actor("bill"))
    post_remittance(raw=remit([claim]), by=cast.actor("bill"))
    claim.refresh_from_db()
    assert (claim.status, step_of(claim)) == (ClaimStatus.PAID, "paid")
    [new] = _corrected(cast, claim)
    assert (new.form, new.frequency, new.replaces) == ("837P", "7", claim)
    assert segments(new.file.text, "CLM")[0][5] == "11:B:7"
    assert segments(new.file.text, "REF", "F8")[0][2] == claim.payer_control_number
    assert not segments(new.file.text, "NTE"), "words about a discrepancy stay in the house"
    mark_submitted(claim_id=new.pk, by=cast.actor("bill"))
    post_remittance(raw=remit([new], trace="T2"), by=cast.actor("bill"))
    new.refresh_from_db()
    assert new.status == ClaimStatus.PAID


def _corrected(cast: Cast, claim: Claim) -> list[Claim]:
    account = Account.objects.get(pk=claim.account_id)
    case = open_discrepancy(
        account_id=account.pk, by=cast.actor("cora"), source="audit", description="Hypertension is no pointer."
    )
    line = account.charges.get(hcpcs="99213")
    coding.point_line(account_id=account.pk, charge_id=line.pk, diagnoses=["E11.9"], by=cast.actor("ana"))
    words = {"root_cause": "Linked by habit.", "correction": "Modifier 25: kept; pointer corrected.", "prevention": "Training."}
    with pytest.raises(Refused):
        record_correction(case_id=case.pk, by=cast.actor("cleo"), claim_change="D4", **words)
    record_correction(case_id=case.pk, by=cast.actor("cleo"), **words)
    finalized(cast, account)
    return make_claims(release_id=released(cast, account))


def test_medicare_takes_no_replacement_and_the_hold_says_so(cast: Cast) -> None:
    claim = claimed(cast, payer="MCR")
    assert segments(claim.file.text, "SBR")[0][9] == "MB"
    mark_submitted(claim_id=claim.pk, by=cast.actor("bill"))
    post_remittance(raw=remit([claim]), by=cast.actor("bill"))
    assert _corrected(cast, claim) == []
    hold = Hold.objects.get(account_id=claim.account_id, reason="claim.unfit", resolved_at__isnull=True)
    assert "reopen" in hold.message and not hold.blocking


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"place_of_service": "31"}, "another institution"),
        ({"charges": [charge("P1", "00142", "500.00")]}, "minutes of anesthesia"),
        ({"charges": [charge("P1", "85025", "30.00")]}, "CLIA number"),
    ],
)
def test_what_cannot_be_written_holds_with_a_sentence(cast: Cast, changes: dict[str, Any], words: str) -> None:
    trust_downstream(cast)
    account = registered(**changes)
    by = cast.actor("ana")
    for text, quote in (("E11.9", "Type 2 diabetes without complications"), ("I10", "Essential hypertension")):
        row = coding.assign_diagnosis(account_id=account.pk, code=text, by=by)
        link(cast, account, quote, diagnosis_id=row.pk)
    if "charges" not in changes:
        row = coding.assign_diagnosis(account_id=account.pk, code="M25.511", by=by)
        link(cast, account, "Right shoulder pain", diagnosis_id=row.pk)
    for line in account.charges.order_by("pk"):
        done = coding.assign_procedure(account_id=account.pk, code=line.hcpcs, modifiers=line.modifiers, charge=line, by=by)
        link(cast, account, "Reviewed glucose log", procedure_id=done.pk)
    abstract(cast, account)
    check = finalized(cast, account)
    assert check.verdict == "releasable", check.findings
    assert make_claims(release_id=released(cast, account)) == []
    hold = Hold.objects.get(account=account, reason="claim.unfit")
    assert words in hold.message


def test_a_professional_account_never_becomes_a_hospital_bill(cast: Cast) -> None:
    account = registered()
    [message] = import_csv(rows("accounts", registration(patient_class="inpatient")))
    assert (message.status, message.code) == ("failed", "registration.billing_kind")
    with pytest.raises(DatabaseError), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(patient_class="clinic")


def test_a_provider_without_number_holds_and_no_list_of_a_hospital_bill_is_coded(cast: Cast) -> None:
    trust_downstream(cast)
    account = registered()
    code(cast, account)
    Provider.objects.filter(source_id="DR1").update(npi="")
    assert "professional.rendering" in holding(finalized(cast, account))
    other = registered("P2")
    for role in ("admitting", "reason_for_visit"):
        with pytest.raises(Refused) as caught:
            coding.assign_diagnosis(account_id=other.pk, code="R05.9", role=role, by=cast.actor("ana"))
        assert caught.value.code == "code.role"
    with pytest.raises(Refused) as caught:
        coding.assign_procedure(account_id=other.pk, code="02703Z6", system="ICD-10-PCS", by=cast.actor("ana"))
    assert caught.value.code == "code.system"


def _code(resource: dict[str, Any]) -> str:
    return str(resource["code"]["coding"][0]["code"])


def test_as_fhir_a_line_names_the_conditions_to_which_a_coder_pointed_it(cast: Cast) -> None:
    account = registered()
    code(cast, account)
    line = account.charges.get(hcpcs="99213")
    coding.point_line(account_id=account.pk, charge_id=line.pk, diagnoses=["M25511", "E119"], by=cast.actor("ana"))
    found = json.loads(b"".join(record_of(account.pk).whole()))
    every = {one["fullUrl"]: one["resource"] for one in found["entry"]}
    items = [one for one in every.values() if one["resourceType"] == "ChargeItem"]
    pointed = {
        _code(one): [_code(every[to["reference"]]) for to in one["supportingInformation"]]
        for one in items
        if "supportingInformation" in one
    }
    assert pointed == {"99213-25": ["M25.511", "E11.9"]}
    linked = [[reason["coding"][0]["code"] for reason in one["reason"]] for one in items]
    assert linked == [["E11.9", "I10"], ["M25.511"]], "the sender's links stay the sender's"


def test_as_fhir_each_line_names_its_diagnoses_and_its_place(cast: Cast) -> None:
    said = claim_alone(claimed(cast))
    assert said["type"]["coding"][0]["code"] == "professional"
    assert [item["diagnosisSequence"] for item in said["item"]] == [[1, 2], [3]]
    assert {item["locationCodeableConcept"]["coding"][0]["code"] for item in said["item"]} == {"11"}
    assert [each["diagnosisCodeableConcept"]["coding"][0]["code"] for each in said["diagnosis"]] == ["E11.9", "I10", "M25.511"]
    assert [member["role"]["coding"][0]["code"] for member in said["careTeam"]] == ["rendering", "referring"]
    inside = {f"#{each['id']}" for each in said["contained"]}
    assert {member["provider"]["reference"] for member in said["careTeam"]} <= inside
    assert "typeofbill" not in str(said)
