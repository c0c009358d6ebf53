"""What is written reads back as the same facts, whatever they are; and is R4."""

import dataclasses
import datetime
import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_workflow.registration.facts import (
    ChargeFacts,
    CoverageFacts,
    DocumentFacts,
    PatientFacts,
    ProviderFacts,
    VisitFacts,
)
from coding_workflow.registration.fhir import checking, coverages, elements, json_text, records, systems, ub04, visits
from coding_workflow.registration.fhir import people as reading
from coding_workflow.registration.fhir.writing import parts, people
from coding_workflow.registration.fhir.writing import records as documents
from coding_workflow.registration.fhir.writing import visits as stays
from coding_workflow.registration.mapping import LocalCodes, loinc_of
from coding_workflow.registration.problem import Unreadable

NAMER = parts.Namer("MAIN", "1234567893")
PATIENT, ACCOUNT, ENCOUNTER, FACILITY = (NAMER.reference(kind, 1) for kind in ("Patient", "Account", "Encounter", "Organization"))
ZONE = ZoneInfo("America/New_York")
WORD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200)
DAY = st.dates(datetime.date(1900, 1, 2), datetime.date(2100, 1, 1))
INSTANT = st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2100, 1, 1), timezones=st.just(datetime.UTC))
MONEY = st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2)
UNITS = st.decimals(Decimal("0.01"), Decimal("9999999.99"), places=2)
AS_SENT = settings(max_examples=60, deadline=None)


def sent(kind: str, resource: dict[str, Any]) -> dict[str, Any]:
    """A resource as the reader has it: checked, and read from its text."""
    found: dict[str, Any] = json_text.loads(parts.line({"resourceType": kind, **resource}).decode())
    assert checking.check(json.loads(parts.line({"resourceType": kind, **resource}))) == ()
    return found


@AS_SENT
@given(
    WORD, WORD, st.lists(WORD, max_size=3), st.none() | DAY, st.sampled_from("FMU"), st.sampled_from(["", "12345", "123456789"])
)
def test_a_patient(number: str, family: str, given_: list[str], birth: datetime.date | None, sex: str, zip_code: str) -> None:
    facts = PatientFacts(
        "MRN", number, family, given_[0] if given_ else None, " ".join(given_[1:]) or None, parts.moment_of(None, ZONE, birth),
        sex, "1 Elm St", "Springfield", "NY", zip_code or None,
    )  # fmt: skip
    back = reading.patient_facts(sent("Patient", people.patient(facts, NAMER)), frozenset({"MAIN"}))
    assert (back.zip_code or "").replace("-", "") == zip_code
    assert dataclasses.replace(back, zip_code=None) == dataclasses.replace(facts, zip_code=None)


def test_numbers_of_another_authority_stay_another_s() -> None:
    for authority in ("ENTERPRISE", "https://id.example/people", "sha256:0123456789abcdef0123456789abcdef"):
        resource = people.patient(PatientFacts(authority, "7", "Doe"), NAMER)
        assert reading.patient_facts(resource, frozenset({"MAIN"})).authority == authority
    there = people.patient(PatientFacts("MRN", "7", "Doe"), parts.Namer("OTH ER", "1"))
    assert reading.patient_facts(there, frozenset({"MAIN"})).authority == "OTH ER"


@AS_SENT
@given(WORD, TEXT, st.sampled_from(["unsigned", "signed", "addended", "cancelled"]), INSTANT, INSTANT, WORD)
def test_a_document_word_for_word(
    number: str, text: str, status: str, authored: datetime.datetime, signed: datetime.datetime, title: str
) -> None:
    author = ProviderFacts("DR 1/ä", "Ward", "Wanda", "1234567893", "attending")
    facts = DocumentFacts(
        number, ("discharge_summary",), title, text, status, author, parts.moment_of(authored, ZONE),
        parts.moment_of(signed, ZONE) if status in {"signed", "addended"} else None,
    )  # fmt: skip
    resource = sent(
        "DocumentReference", documents.document(facts, NAMER, patient=PATIENT, encounter=ENCOUNTER, facility=FACILITY)
    )
    reference = resource["author"][0]
    by = reading.provider_of(reference, elements.contained(resource, reference))
    back, flags = records.document_facts(resource, by, False, {})
    assert back.type_codes == ("discharge_summary", "18842-5")
    assert [getattr(back, name) for name in DocumentFacts.__slots__ if name != "type_codes"] == [
        getattr(facts, name) for name in DocumentFacts.__slots__ if name != "type_codes"
    ]
    assert flags == (() if text else ("attachment_without_data", "document_without_text"))


@AS_SENT
@given(WORD, st.sampled_from(["", "ROOM 1"]), MONEY, UNITS, DAY, st.sampled_from(["", "99284", "J1100", "0001F"]),
       st.lists(st.sampled_from(["25", "RT", "59", "LT"]), max_size=4), st.sampled_from(["", "11", "22"]),
       st.none() | st.just(ProviderFacts("DR 2/ä", "Quick", "Eddie")),
       st.lists(st.sampled_from(["E119", "I10", "25000", "V4511"]), max_size=4))  # fmt: skip
def test_a_charge_to_the_cent(
    number: str, local: str, amount: Decimal, units: Decimal, day: datetime.date, hcpcs: str, modifiers: list[str],
    place: str, by: ProviderFacts | None, linked: list[str],
) -> None:  # fmt: skip
    service = parts.moment_of(None, ZONE, day)
    assert service is not None
    kept = tuple(modifiers) if hcpcs else ()
    said = (number, local or hcpcs, "Service", amount, units, service, "0450", hcpcs, kept, place, by, tuple(linked))
    facts = ChargeFacts(*said)
    pointed = [NAMER.reference("Condition", 1)]
    resource = sent(
        "ChargeItem",
        documents.charge(facts, NAMER, patient=PATIENT, encounter=ENCOUNTER, account=ACCOUNT, pointed=pointed),
    )
    back = records.charge_facts(resource, reading.provider_of(records.performer_reference(resource), None))
    assert back == facts


def test_a_line_without_any_code_says_so_and_is_read() -> None:
    service = parts.moment_of(None, ZONE, datetime.date(2026, 9, 1))
    assert service is not None
    facts = ChargeFacts("C1", "", "", Decimal(1), Decimal(1), service)
    resource = sent("ChargeItem", documents.charge(facts, NAMER, patient=PATIENT, encounter=ENCOUNTER, account=ACCOUNT))
    assert records.charge_facts(resource) == dataclasses.replace(facts, code="unknown")


@AS_SENT
@given(st.sampled_from(["inpatient", "newborn", "observation", "emergency", "outpatient_surgery", "clinic", "recurring"]),
       st.none() | INSTANT, st.none() | INSTANT, st.sampled_from(["", "1", "5", "9"]), st.sampled_from(["", "1", "G"]),
       st.sampled_from(["", "01", "20"]), st.sampled_from(["", "4 West", "ED^4"]))  # fmt: skip
def test_a_visit(
    kind: str,
    admitted: datetime.datetime | None,
    discharged: datetime.datetime | None,
    type_: str,
    origin: str,
    left: str,
    at: str,
) -> None:
    ward = ProviderFacts("DR1", "Ward", "Wanda")
    facts = VisitFacts(
        "A1", "V1", None, kind, "MED", at or None, type_ or None, origin or None, left or None,
        parts.moment_of(admitted, ZONE), parts.moment_of(discharged, ZONE), ward, operating=ProviderFacts("DR2", "Quick"),
    )  # fmt: skip
    state = "discharged" if discharged else "in_house"
    resource = sent("Encounter", stays.encounter(facts, state, NAMER, patient=PATIENT, account=ACCOUNT, facility=FACILITY))
    back = _visit(resource)
    ours = LocalCodes().patient_class(back.class_code, back.patient_type, back.service, back.admission_type)
    assert (ours, visits.state_of(resource)) == (kind, state)
    same = [name for name in VisitFacts.__slots__ if name != "class_code"]
    assert [getattr(back, name) for name in same] == [getattr(facts, name) for name in same]


def _visit(resource: dict[str, Any]) -> VisitFacts:
    people = {role: reading.provider_of(visits.participant_reference(resource, role), None) for role in visits.ROLES}
    return visits.visit_facts(resource, visits.account_number(resource, None), people)


ROLES = st.sets(st.sampled_from(["attending", "rendering", "referring", "supervising"]))
CODE = st.sampled_from(["01", "44", "A1", "D9"])


@AS_SENT
@given(ROLES, st.sampled_from([None, "22"]), st.sampled_from([None, "GRP"]),
       st.sampled_from(["inpatient", "clinic", "professional"]),
       st.lists(CODE), st.lists(st.tuples(CODE, DAY)), st.lists(st.tuples(CODE, DAY, DAY)),
       st.lists(st.tuples(CODE, MONEY)))  # fmt: skip
def test_a_visit_that_is_billed_for_a_physician(
    roles: set[str], place: str | None, unit: str | None, of_visit: str, conditions: list[str],
    occurrences: list[tuple[str, datetime.date]], spans: list[tuple[str, datetime.date, datetime.date]],
    values: list[tuple[str, Decimal]],
) -> None:  # fmt: skip
    """Whoever of the roles is named: nobody stands in for another, as where a sender names by v3 alone."""
    facts = VisitFacts(
        "A1", "V1", of_visit, "professional", place_of_service=place, billing_provider=unit,
        condition_codes=tuple(conditions) or None, occurrence_codes=tuple(occurrences) or None,
        occurrence_spans=tuple(spans) or None, value_codes=tuple(values) or None,
    )  # fmt: skip
    facts = dataclasses.replace(facts, **{role: ProviderFacts(f"DR-{role}", "Ward", "Wanda") for role in roles})
    by = NAMER.reference("Organization", 2, "Group", NAMER.number("unit", unit)) if unit else FACILITY
    resource = sent("Encounter", stays.encounter(facts, "in_house", NAMER, patient=PATIENT, account=ACCOUNT, facility=by))
    back = _visit(resource)
    assert LocalCodes().patient_class(back.class_code, back.patient_type, None, None) == "professional"
    assert LocalCodes().patient_class(back.class_code, None, None, None) == of_visit
    assert back == facts


@pytest.mark.parametrize(
    ("roles", "attending", "rendering"),
    [(["PPRF"], "PPRF", "PPRF"), (["ATND", "PPRF", "SPRF"], "ATND", "PPRF"), (["ATND"], "ATND", "ATND"), (["REF"], "", "")],
)
def test_by_v3_alone_one_may_stand_for_another_and_nobody_is_a_surgeon(roles: list[str], attending: str, rendering: str) -> None:
    people = [{"type": [{"coding": [{"code": role}]}], "individual": {"reference": f"Practitioner/{role}"}} for role in roles]
    named = {role: visits.participant_reference({"participant": people}, role).get("reference", "/") for role in visits.ROLES}
    assert {role: said.partition("/")[2] for role, said in named.items()} == {
        "attending": attending, "rendering": rendering, "operating": "", "supervising": "",
        "referring": "REF" if "REF" in roles else "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        ({"url": systems.CONDITION_CODE, "valueCoding": {"code": "001"}}, "fhir.bad_code"),
        ({"url": systems.CONDITION_CODE}, "fhir.bad_code"),
        ({"url": systems.CONDITION_CODE, "valueCoding": "01"}, "fhir.bad_code"),
        ({"url": systems.OCCURRENCE_CODE, "extension": [{"url": "code", "valueCoding": {"code": "01"}}]}, "fhir.bad_time"),
        ({"url": systems.OCCURRENCE_SPAN, "extension": [{"url": "code", "valueCoding": {"code": "74"}},
            {"url": "period", "valuePeriod": {"start": "2026-09-01"}}]}, "fhir.bad_time"),
        ({"url": systems.VALUE_CODE, "extension": [{"url": "code", "valueCoding": {"code": "54"}},
            {"url": "amount", "valueString": "1e9"}]}, "fhir.bad_amount"),
    ],
)  # fmt: skip
def test_a_ub04_code_that_is_none_is_refused(extension: dict[str, Any], code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        ub04.with_codes(VisitFacts("A1", "V1"), {"extension": [extension]})
    assert (caught.value.code, caught.value.place) == (code, "Encounter.extension")


def test_a_coverage() -> None:
    for facts in (CoverageFacts(2, "MCR", "Medicare", "1EG4", "G7"), CoverageFacts(1, "COM", "Acme")):
        payor = sent("Organization", people.organization(facts.payer_name, [NAMER.number("payer", facts.payer_code)], kind="pay"))
        resource = sent("Coverage", people.coverage(facts, PATIENT, FACILITY, "2026-09-01", "2026-09-04"))
        assert coverages.coverage_facts(facts.rank, resource, payor) == facts
        assert coverages.covers(resource, datetime.date(2026, 9, 1)) and not coverages.covers(resource, datetime.date(2026, 9, 5))


def test_a_loinc_code_is_read_as_the_type_it_is_written_for() -> None:
    known = frozenset({"discharge_summary", "nursing_note", "other", "order"})
    for kind in known:
        codes = tuple(code for code in (kind, loinc_of(kind)) if code)
        assert LocalCodes().document_type(codes, known) == kind
    assert loinc_of("other") == ""


def test_a_bundle_is_one_line_of_json_whatever_is_in_it() -> None:
    said = b"".join(parts.stream({"resourceType": "Bundle", "type": "collection"}, [{"resource": {"text": "a\nb"}}, {}]))
    assert b"\n" not in said and json.loads(said)["entry"] == [{"resource": {"text": "a\nb"}}, {}]
    assert json.loads(b"".join(parts.stream({"type": "collection"}, []))) == {"type": "collection"}
