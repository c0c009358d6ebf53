"""The 837I: accepted by the validator, readable by an independent reader, and closed to whatever a name contains."""

import dataclasses
import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_workflow.payment.x12.checks import npi_is_valid
from coding_workflow.payment.x12.claim import (
    Claim,
    ClaimUnfit,
    Diagnosis,
    Occurrence,
    OccurrenceSpan,
    Procedure,
    ServiceLine,
    Value,
)
from coding_workflow.payment.x12.segments import segment
from coding_workflow.payment.x12.validate import validate
from coding_workflow.payment.x12.values import fold
from coding_workflow.payment.x12.writer import write

from .samples import ENVELOPE, MEDICARE, PATIENT, PROVIDER, emergency, inpatient


def segments(text: str) -> list[list[str]]:
    """An independent reading: plain splitting at the delimiters of ISA."""
    return [one.strip("\n").split("*") for one in text.split("~") if one.strip("\n")]


def find(text: str, *start: str) -> list[list[str]]:
    return [one for one in segments(text) if one[: len(start)] == list(start)]


def flaws(claim: Claim) -> str:
    with pytest.raises(ClaimUnfit) as caught:
        write(claim, ENVELOPE)
    return " ".join(flaw.sentence for flaw in caught.value.flaws)


@pytest.mark.parametrize("claim", [inpatient(), emergency()], ids=["inpatient", "emergency"])
def test_a_good_claim_is_accepted_by_the_validator(claim: Claim) -> None:
    assert validate(write(claim, ENVELOPE)) == []


def test_the_segments_say_what_the_claim_says() -> None:
    text = write(inpatient(), ENVELOPE)
    assert find(text, "CLM")[0][1:6] == ["C0000000001", "1500.5", "", "", "11:A:1"]
    assert find(text, "CL1") == [["CL1", "1", "1", "01"]]
    assert find(text, "DTP", "435") == [["DTP", "435", "DT", "202605011005"]]
    assert find(text, "DTP", "434") == [["DTP", "434", "RD8", "20260501-20260504"]]
    assert [one[1] for one in find(text, "HI")[:5]] == [
        "ABK:I214:::::::Y",
        "ABJ:R079",
        "ABN:W19XXXA:::::::Y",
        "DR:322",
        "ABF:I2510:::::::Y",
    ]
    assert find(text, "HI", "ABF:I2510:::::::Y")[0][2] == "ABF:Z7984", "an exempt diagnosis carries a blank indicator, never 1"
    assert find(text, "SV2")[1] == ["SV2", "0481", "HC:C1874:LT", "500.5", "UN", "1"]


def test_the_envelope_counts_and_repeats_its_numbers() -> None:
    text = write(inpatient(), ENVELOPE)
    rows = segments(text)
    body = rows[2:-2]
    assert rows[-3] == ["SE", str(len(body)), "0001"]
    assert rows[-2:] == [["GE", "1", "7"], ["IEA", "1", "000000007"]]
    assert len(text.split("\n")[0]) == 106


def test_twenty_five_diagnoses_and_procedures_fit_and_one_more_does_not() -> None:
    diagnoses = tuple(Diagnosis("I2510", "Y") for _ in range(24))
    procedures = tuple(Procedure("027034Z", datetime.date(2026, 5, 2)) for _ in range(25))
    text = write(inpatient(other_diagnoses=diagnoses, procedures=procedures), ENVELOPE)
    assert validate(text) == []
    assert sum(len(one) - 1 for one in find(text, "HI") if one[1].startswith("ABF")) == 24
    assert "at most 25 diagnoses" in flaws(inpatient(other_diagnoses=(*diagnoses, diagnoses[0])))
    assert "at most 25 procedures" in flaws(inpatient(procedures=(*procedures, procedures[0])))


def test_a_replacement_carries_the_payers_control_number_and_one_reason() -> None:
    changed = inpatient(type_of_bill="0117", payer_control_number="ICN0001", conditions=("D4",))
    text = write(changed, ENVELOPE)
    assert validate(text) == []
    assert find(text, "REF", "F8") == [["REF", "F8", "ICN0001"]]
    assert find(text, "CLM")[0][5] == "11:A:7"
    assert "payer's control number" in flaws(inpatient(type_of_bill="0117", conditions=("D4",)))


@pytest.mark.parametrize(
    ("conditions", "note", "words"),
    [
        ((), "", "exactly one condition code"),
        (("D1", "D4"), "", "exactly one condition code"),
        (("D5",), "", "belong to a void"),
        (("D9",), "", "needs remarks"),
    ],
)
def test_a_changed_medicare_claim_needs_one_fitting_reason(conditions: tuple[str, ...], note: str, words: str) -> None:
    assert words in flaws(inpatient(type_of_bill="0117", payer_control_number="X1", conditions=conditions, note=note))


def test_another_payer_needs_no_claim_change_reason() -> None:
    claim = emergency(type_of_bill="0137", payer_control_number="X1", conditions=())
    assert validate(write(claim, ENVELOPE)) == []


SHORT_ZIP = dataclasses.replace(PROVIDER, address=dataclasses.replace(PROVIDER.address, zip_code="62701"))
LINE = ServiceLine("0450", Decimal(812), Decimal(1), "99283", (), datetime.date(2026, 5, 1))


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (inpatient(total=Decimal(1)), "do not add up"),
        (inpatient(provider=dataclasses.replace(PROVIDER, npi="1234567890")), "Billing provider NPI is not a valid NPI"),
        (inpatient(attending=None), "Attending provider is missing"),
        (inpatient(patient_status="08"), "not a known discharge status"),
        (inpatient(patient_status="20"), "occurrence code 55"),
        (inpatient(patient_status="30"), "Status 30"),
        (inpatient(type_of_bill="0116"), "known frequency"),
        (inpatient(type_of_bill="0131"), "does not fit the patient class"),
        (inpatient(type_of_bill="0115"), "no late-charge bill"),
        (inpatient(type_of_bill="01"), "Type of bill"),
        (inpatient(principal=Diagnosis("I214", "")), "Present on admission is missing"),
        (inpatient(principal=Diagnosis("Z7984", "1", poa_exempt=True)), "must be blank on an exempt"),
        (emergency(principal=Diagnosis("S61211A", "Y")), "must be blank on an outpatient"),
        (inpatient(statement_from=datetime.date(2026, 5, 9)), "after the through date"),
        (inpatient(statement_through=datetime.date(2026, 10, 4)), "in the future"),
        (inpatient(admission_type="4"), "value code 54"),
        (inpatient(discharged_at=None), "Discharge hour"),
        (emergency(reason_for_visit=()), "needs a reason for visit"),
        (emergency(lines=(dataclasses.replace(LINE, date=None),)), "has no date"),
        (emergency(lines=(dataclasses.replace(LINE, modifiers=("25", "59", "RT", "LT", "GA")),)), "more than four modifiers"),
        (emergency(lines=()), "no service line"),
        (emergency(lines=(dataclasses.replace(LINE, amount=Decimal(0)),) * 1000, total=Decimal(0)), "999 service lines"),
        (inpatient(subscriber=dataclasses.replace(PATIENT, member_id="")), "Member id is missing"),
        (inpatient(subscriber=dataclasses.replace(PATIENT, family_name="A" * 61)), "longer than the 60"),
        (inpatient(provider=SHORT_ZIP), "ZIP code"),
        (inpatient(principal=Diagnosis("I21.4", "Y")), "form of such a code"),
        (inpatient(lines=(ServiceLine("0120", Decimal("-5")),), total=Decimal(-5)), "zero or more"),
        (inpatient(lines=(ServiceLine("0120", Decimal("1.005")),), total=Decimal("1.005")), "whole cents"),
        (inpatient(payer=dataclasses.replace(MEDICARE, identifier="")), "Payer id is missing"),
    ],
)  # fmt: skip
def test_what_the_validator_does_not_judge_is_refused_in_words(claim: Claim, words: str) -> None:
    assert words in flaws(claim)


def test_status_20_with_its_date_and_a_newborn_with_its_weight_are_accepted() -> None:
    died = inpatient(patient_status="20", occurrences=(Occurrence("55", datetime.date(2026, 5, 4)),))
    born = inpatient(admission_type="4", point_of_origin="5", values=(Value("54", Decimal(3200)),))
    assert validate(write(died, ENVELOPE)) == validate(write(born, ENVELOPE)) == []


def test_days_of_leave_go_out_as_an_occurrence_span_inside_the_statement() -> None:
    away = OccurrenceSpan("74", datetime.date(2026, 5, 2), datetime.date(2026, 5, 3))
    text = write(inpatient(spans=(away,)), ENVELOPE)
    assert validate(text) == []
    assert "HI*BI:74:RD8:20260502-20260503~" in text
    assert "do not lie inside the statement" in flaws(
        inpatient(spans=(dataclasses.replace(away, last=datetime.date(2026, 6, 1)),))
    )


@pytest.mark.parametrize("mark", [*"*~:^|\\\n\r\t\x00\x1a", "😀", "山", "\u202e", "ا"])
def test_a_name_that_a_claim_cannot_carry_is_refused_by_the_name_of_its_field(mark: str) -> None:
    words = flaws(inpatient(subscriber=dataclasses.replace(PATIENT, family_name=f"SMI{mark}TH")))
    assert "Patient family name has a character" in words
    assert "SMI" not in words


@pytest.mark.parametrize(
    ("written", "sent"), [("Muñoz", "MUNOZ"), ("Łukasiewicz", "LUKASIEWICZ"), ("Strauß", "STRAUSS"), ("O’Neil", "O'NEIL")]
)
def test_accents_become_plain_letters(written: str, sent: str) -> None:
    assert fold(written) == sent
    assert (
        find(write(inpatient(subscriber=dataclasses.replace(PATIENT, family_name=written)), ENVELOPE), "NM1", "IL")[0][3] == sent
    )


@settings(max_examples=300, deadline=None)
@given(family=st.text(max_size=70), note=st.text(max_size=90), control=st.text(max_size=20))
def test_no_text_ever_escapes_into_structure(family: str, note: str, control: str) -> None:
    claim = inpatient(subscriber=dataclasses.replace(PATIENT, family_name=family), note=note, payer_control_number=control)
    try:
        text = write(claim, ENVELOPE)
    except ClaimUnfit:
        return
    extra = bool(note.strip()) + bool(control.strip())
    plain = write(inpatient(), ENVELOPE)
    assert len(segments(text)) <= len(segments(plain)) + 2
    assert text.count("~") == len(segments(plain)) + len(find(text, "NTE")) + len(find(text, "REF", "F8"))
    assert len(find(text, "NTE")) + len(find(text, "REF", "F8")) >= extra
    assert re.fullmatch(r"[ -~\n]+", text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.decimals(min_value=0, max_value=999999, places=2), min_size=1, max_size=60))
def test_any_amounts_in_cents_balance_and_read_back_exactly(amounts: list[Decimal]) -> None:
    lines = tuple(ServiceLine("0120", amount) for amount in amounts)
    text = write(inpatient(lines=lines, total=sum(amounts, Decimal(0))), ENVELOPE)
    assert [Decimal(one[3]) for one in find(text, "SV2")] == amounts
    assert Decimal(find(text, "CLM")[0][2]) == sum(amounts)


def test_the_last_wall_refuses_a_delimiter_in_an_element() -> None:
    for mark in "*~^\n":
        with pytest.raises(ValueError, match="not plain"):
            segment("NTE", "ADD", f"A{mark}B")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("HI*ABK:I214:::::::Y~\n", ""), "Principal Diagnosis"),
        (lambda text: text.replace("DMG*D8*19570203", "DMG*D8*19571303"), "Birth Date is not a date"),
        (lambda text: re.sub(r"SE\*\d+", "SE*3", text), "Counts, control numbers"),
        (lambda text: text.replace("CL1*1*1*01", "CL1*1*1"), "is missing"),
        (lambda text: text.replace("005010X223A2", "005010X999"), "not a readable"),
        (lambda text: "hello", "not a readable"),
        (lambda text: "", "not a readable"),
    ],
)
def test_the_validator_is_read_and_finds_what_is_wrong(change: Any, words: str) -> None:
    faults = validate(change(write(inpatient(), ENVELOPE)))
    assert any(words in fault.sentence for fault in faults)
    assert not any("MILLER" in fault.sentence for fault in faults)


def test_npi_check_digit() -> None:
    assert npi_is_valid("1234567893")
    assert [npi_is_valid(f"123456789{last}") for last in range(10)].count(True) == 1
    assert not npi_is_valid("123456789")
    assert not npi_is_valid("123456789３")
