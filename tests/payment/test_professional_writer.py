"""The 837P: accepted by the validator, readable by independent readers, balanced, and refused with a sentence where it is not."""

import dataclasses
import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_workflow.payment.x12.claim import ClaimUnfit, Practitioner
from coding_workflow.payment.x12.professional import ProfessionalClaim, ProfessionalLine
from coding_workflow.payment.x12.professional_writer import write
from coding_workflow.payment.x12.validate import validate
from worklist.cms1500 import read

from .samples import ENVELOPE, PATIENT, PROVIDER, inpatient, shared
from .test_writer import find, segments

DAY = datetime.date(2026, 9, 1)
WARD = Practitioner("Ward", "Wanda", "1234567893", "207Q00000X")
QUICK = Practitioner("Quick", "Eddie", "1245319599")
VISIT = ProfessionalLine("99213", Decimal("180.50"), Decimal(1), DAY, ("E119", "I10"), ("25",))
INJECTION = ProfessionalLine("20610", Decimal(240), Decimal(1), DAY, ("M25511",), ("RT",))


def visit(**changes: Any) -> ProfessionalClaim:
    """An office visit with an injection, billed to a commercial payer."""
    sent = inpatient()
    payer = dataclasses.replace(sent.payer, filing="CI", medicare=False)
    claim = ProfessionalClaim(
        number="C0000000001", submitter=sent.submitter, receiver=sent.receiver, provider=PROVIDER, subscriber=PATIENT,
        payer=payer,
        place_of_service="11", total=Decimal("420.50"), diagnoses=("E119", "I10", "M25511"), lines=(VISIT, INJECTION),
        rendering=WARD, referring=QUICK, medical_record_number="M1",
    )  # fmt: skip
    return dataclasses.replace(claim, **changes)


def flaws(claim: ProfessionalClaim) -> str:
    with pytest.raises(ClaimUnfit) as caught:
        write(claim, ENVELOPE)
    return " ".join(flaw.sentence for flaw in caught.value.flaws)


_STAY = {"place_of_service": "21", "admitted_on": DAY, "discharged_on": DAY}


@pytest.mark.parametrize(
    "claim",
    [
        visit(),
        visit(**_STAY),
        visit(frequency="7", payer_control_number="ICN1", note="Corrected pointer"),
        visit(supervising=QUICK),
        visit(lines=(dataclasses.replace(VISIT, place_of_service="22", rendering=QUICK), INJECTION)),
        visit(
            diagnoses=("E119", "I10", "M25511", *(f"Z8{n}" for n in range(5, 10)), "Z79", "Z7984", "Z794", "W260XXA"),
            related="OA",
            accident_on=DAY,
        ),
        visit(related="EM"),
    ],
    ids=["office", "inpatient", "replacement", "supervised", "line", "twelve", "work"],
)
def test_a_good_claim_is_accepted_by_the_validator(claim: ProfessionalClaim) -> None:
    assert validate(write(claim, ENVELOPE)) == []


def test_the_segments_say_what_the_claim_says_in_the_order_of_the_guide() -> None:
    text = write(visit(supervising=QUICK), ENVELOPE)
    assert find(text, "GS")[0][8] == find(text, "ST")[0][3] == "005010X222A1"
    assert find(text, "CLM")[0] == ["CLM", "C0000000001", "420.5", "", "", "11:B:1", "Y", "A", "Y", "Y"]
    assert find(text, "HI") == [["HI", "ABK:E119", "ABF:I10", "ABF:M25511"]]
    assert find(text, "PRV", "PE") == [["PRV", "PE", "PXC", "207Q00000X"]]
    assert [one[1] for one in segments(text) if one[0] == "NM1"] == ["41", "40", "85", "IL", "PR", "DN", "82", "DQ"]
    assert find(text, "SV1")[0] == ["SV1", "HC:99213:25", "180.5", "UN", "1", "", "", "1:2"]
    assert [one[3] for one in find(text, "DTP", "472")] == ["20260901", "20260901"]
    assert not find(text, "SV2") and not find(text, "CL1") and not find(text, "DTP", "434"), "these are of a UB-04"


def test_a_stay_carries_admission_and_discharge_and_a_replacement_the_payers_number() -> None:
    text = write(visit(**_STAY, frequency="7", payer_control_number="ICN1"), ENVELOPE)
    assert [one[1:] for one in find(text, "DTP")[:2]] == [["435", "D8", "20260901"], ["096", "D8", "20260901"]]
    assert find(text, "REF", "F8") == [["REF", "F8", "ICN1"]]
    assert find(text, "CLM")[0][5] == "21:B:7"


def test_the_lines_balance_to_the_total_that_an_independent_reader_adds_up() -> None:
    text = write(visit(), ENVELOPE)
    assert sum(Decimal(one[2]) for one in find(text, "SV1")) == Decimal(find(text, "CLM")[0][2])
    form = read(text, "C0000000001")
    assert [(line.hcpcs, line.pointers, line.charge) for line in form.lines] == [
        ("99213", "AB", Decimal("180.5")),
        ("20610", "C", Decimal(240)),
    ]
    assert form.boxes["24B Place of service"] == "11"
    assert [(code.place, code.code) for code in form.diagnoses] == [("21A", "E119"), ("21B", "I10"), ("21C", "M25511")]
    assert read(text, "C9").boxes == {}


def test_the_reader_of_the_page_reads_another_makers_claim() -> None:
    form = read(shared("moov", "examples", "example_5010_837p", "sample.txt").decode(), "1029353-03")
    assert (form.boxes["28 Total charge"], form.boxes["24B Place of service"]) == ("$553.96", "11")
    assert [code.code for code in form.diagnoses] == ["6268", "78930"]
    assert [line.pointers for line in form.lines] == ["A", "AB", "AB", "AB"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lines": ()}, "no service line"),
        ({"total": Decimal(1)}, "do not add up"),
        ({"lines": (dataclasses.replace(VISIT, pointers=()), INJECTION)}, "does not point to one to four"),
        ({"lines": (dataclasses.replace(VISIT, pointers=("J449",)), INJECTION)}, "not on the claim"),
        ({"lines": (dataclasses.replace(VISIT, pointers=("E119",) * 5), INJECTION)}, "one to four"),
        ({"lines": (dataclasses.replace(VISIT, date=None), INJECTION)}, "has no date"),
        ({"lines": (dataclasses.replace(VISIT, date=datetime.date(2026, 12, 1)), INJECTION)}, "in the future"),
        ({"lines": (dataclasses.replace(VISIT, hcpcs=""), INJECTION)}, "no procedure code"),
        ({"lines": (dataclasses.replace(VISIT, units=Decimal(0)), INJECTION)}, "no units"),
        ({"lines": (dataclasses.replace(VISIT, modifiers=("25", "24", "57", "AI", "GC")), INJECTION)}, "more than four"),
        ({"lines": (VISIT, dataclasses.replace(INJECTION, amount=Decimal(-240)))}, "not an amount"),
        ({"diagnoses": ()}, "no diagnosis"),
        ({"diagnoses": ("E119", "E119", "I10", "M25511")}, "twice"),
        ({"diagnoses": tuple(f"E1{n}" for n in range(10, 23))}, "at most 12"),
        ({"diagnoses": ("E11.9", "I10", "M25511")}, "does not have the form"),
        ({"rendering": None}, "Rendering provider is missing"),
        ({"rendering": dataclasses.replace(WARD, npi="1234567890")}, "not a valid NPI"),
        ({"referring": dataclasses.replace(QUICK, npi="")}, "Referring provider NPI is missing"),
        ({"place_of_service": ""}, "Place of service is missing"),
        ({"place_of_service": "31"}, "another institution"),
        ({"place_of_service": "21"}, "admission date is missing"),
        ({"frequency": "7"}, "payer's control number"),
        ({"frequency": "8", "payer_control_number": "X"}, "original (1) or a replacement (7)"),
        ({"lines": tuple(dataclasses.replace(VISIT) for _ in range(51))}, "at most 50"),
        ({"after_others": True}, "Somebody pays before this payer"),
    ],
)
def test_what_is_wrong_or_not_written_is_refused_with_a_sentence(changes: dict[str, Any], words: str) -> None:
    assert words in flaws(visit(**changes))


@pytest.mark.parametrize(
    ("code", "changes", "words"),
    [
        ("S61211A", {}, "tell of an accident"),
        ("W260XXA", {}, "tell of an accident"),
        ("W260XXA", {"related": "EM"}, "tell of an accident"),
        ("E119", {"related": "OA"}, "tell of an accident"),
        ("V4352XA", {"related": "OA", "accident_on": DAY}, "automobile accident needs the state"),
        ("E119", {"related": "AA", "accident_on": DAY}, "automobile accident needs the state"),
        ("Y990", {"related": "OA", "accident_on": DAY}, "happened at work"),
    ],
)
def test_an_accident_of_which_the_claim_cannot_tell_is_refused(code: str, changes: dict[str, Any], words: str) -> None:
    lines = (dataclasses.replace(VISIT, pointers=(code,)),)
    assert words in flaws(visit(diagnoses=(code,), lines=lines, total=VISIT.amount, **changes))


@pytest.mark.parametrize("codes", [("T8141XA",), ("T380X5A",), ("S61211A", "X781XXA"), ("S0083XA", "Y040XXA"), ("M25511",)])
def test_what_is_no_accident_says_nothing_of_one(codes: tuple[str, ...]) -> None:
    lines = (dataclasses.replace(VISIT, pointers=codes[:1]),)
    text = write(visit(diagnoses=codes, lines=lines, total=VISIT.amount), ENVELOPE)
    assert not find(text, "DTP", "439") and len(find(text, "CLM")[0]) == 10


def test_an_accident_is_named_with_its_day_before_the_other_dates() -> None:
    text = write(visit(diagnoses=("E119", "I10", "M25511", "W260XXA"), related="OA", accident_on=DAY, **_STAY), ENVELOPE)
    assert find(text, "CLM")[0][10:] == ["", "OA"]
    assert [one[1] for one in find(text, "DTP")[:3]] == ["439", "435", "096"]
    assert validate(text) == []
    boxes = read(text, "C0000000001").boxes
    assert (boxes["10 Related to"], boxes["14 Accident"]) == ("Other accident", "09/01/2026")


def test_a_line_in_a_hospital_bed_brings_the_admission_to_the_claim() -> None:
    lines = (dataclasses.replace(VISIT, place_of_service="21"), INJECTION)
    text = write(visit(lines=lines, admitted_on=DAY), ENVELOPE)
    assert find(text, "DTP", "435") == [["DTP", "435", "D8", "20260901"]]
    assert validate(text) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("0001U", "CLIA number"), ("0014M", "CLIA number"), ("G0480", "CLIA number"), ("88305", "CLIA number"),
        ("77063", "mammography"), ("A0427", "ambulance"), ("64999", "a description of what was done"), ("J3490", "a description"),
        ("01996", "minutes of anesthesia"),
    ],
)  # fmt: skip
def test_a_service_of_which_more_must_be_said_is_refused(code: str, words: str) -> None:
    assert words in flaws(visit(lines=(dataclasses.replace(VISIT, hcpcs=code), INJECTION)))


@pytest.mark.parametrize("code", ["0075T", "1036F", "36415", "G0008", "G0102", "99490"])
def test_other_services_need_no_more(code: str) -> None:
    assert f"HC:{code}" in write(visit(lines=(dataclasses.replace(VISIT, hcpcs=code, modifiers=()), INJECTION)), ENVELOPE)


def test_a_drug_to_medicaid_needs_its_number_and_to_others_not() -> None:
    drug = visit(lines=(dataclasses.replace(VISIT, hcpcs="J1100", modifiers=()), INJECTION))
    assert validate(write(drug, ENVELOPE)) == []
    assert "NDC number" in flaws(dataclasses.replace(drug, payer=dataclasses.replace(drug.payer, filing="MC")))


@given(st.text(max_size=40), st.text(max_size=30))
def test_no_name_escapes_into_structure(family: str, given_name: str) -> None:
    person = dataclasses.replace(WARD, family_name=family, given_name=given_name)
    try:
        text = write(visit(rendering=person, subscriber=dataclasses.replace(PATIENT, family_name=family)), ENVELOPE)
    except ClaimUnfit:
        return
    assert [one[0] for one in segments(text)] == [one[0] for one in segments(write(visit(), ENVELOPE))]
