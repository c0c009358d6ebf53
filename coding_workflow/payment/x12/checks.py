"""Our own checks of a claim, for what the X12 validator does not judge. Each flaw names the field and the fix."""

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from accounts.claim_codes import CLAIM_CHANGES
from accounts.npi import npi_is_valid

from .claim import Claim, Diagnosis, Flaw

#: Patient discharge status in use on institutional claims (UB-04 FL 17).
PATIENT_STATUSES: Final = frozenset(
    [*(f"{code:02d}" for code in (1, 2, 3, 4, 5, 6, 7, 9, 20, 21, 30, 40, 41, 42, 43, 50, 51, 61, 62, 63, 64, 65, 66, 69, 70))]
    + [str(code) for code in range(81, 96)]  # the same destinations with a planned readmission
)
FREQUENCIES: Final = frozenset("012345789")
_CHANGES: Final = frozenset("78")
_INTERIM: Final = frozenset("23")
#: Second and third character of the type of bill for stays; everything else is an outpatient bill.
INPATIENT_BILLS: Final = frozenset({"11", "18", "21", "41", "65", "66"})
_VOID_ONLY: Final = frozenset({"D5", "D6"})
_UNSCHEDULED_TYPES: Final = frozenset({"1", "2", "5"})
_VISIT_BILLS: Final = frozenset({"13", "78", "85"})
_WINDOW: Final = datetime.timedelta(days=3)

Check = Callable[[Claim], Iterator[Flaw]]


def check(claim: Claim, *, today: datetime.date) -> list[Flaw]:
    """Every flaw of the claim as of ``today`` (the facility's date); an empty list means that it may be written."""
    flaws = [flaw for one in _CHECKS for flaw in one(claim)]
    if claim.statement_through > today:
        flaws.append(Flaw("Statement through date", "Statement through date lies in the future."))
    return flaws


def _charges(claim: Claim) -> Iterator[Flaw]:
    if not claim.lines:
        yield Flaw("Service lines", "The claim has no service line.", "charges")
    if len(claim.lines) > 999:
        yield Flaw("Service lines", "A claim carries at most 999 service lines.", "charges")
    if sum((line.amount for line in claim.lines), Decimal(0)) != claim.total:
        yield Flaw("Total charge", "The service lines do not add up to the total charge.", "charges")


def _lines(claim: Claim) -> Iterator[Flaw]:
    for place, line in enumerate(claim.lines, start=1):
        if len(line.modifiers) > 4:
            yield Flaw("Modifiers", f"Service line {place} has more than four modifiers.", "charges")
        if line.modifiers and not line.hcpcs:
            yield Flaw("Modifiers", f"Service line {place} has a modifier but no procedure code.", "charges")
        if line.units <= 0:
            yield Flaw("Units", f"Service line {place} has no units.", "charges")
        if not claim.inpatient and line.date is None:
            yield Flaw("Service date", f"Service line {place} has no date.", "charges")
        if line.date and not claim.statement_from <= line.date <= claim.statement_through:
            yield Flaw("Service date", f"Service line {place} lies outside the statement dates.", "charges")


def _providers(claim: Claim) -> Iterator[Flaw]:
    if not npi_is_valid(claim.provider.npi):
        yield Flaw("Billing provider NPI", "Billing provider NPI is not a valid NPI.", "facility")
    if claim.attending is None:
        yield Flaw("Attending provider", "Attending provider is missing.", "providers")
    for title, person in (("Attending provider", claim.attending), ("Operating provider", claim.operating)):
        if person is not None and not npi_is_valid(person.npi):
            yield Flaw(f"{title} NPI", f"{title} NPI is missing or not a valid NPI.", "providers")


def _bill(claim: Claim) -> Iterator[Flaw]:
    if len(claim.type_of_bill) != 4 or claim.type_of_bill[0] != "0" or not claim.type_of_bill.isalnum():
        yield Flaw("Type of bill", "Type of bill is not four characters that begin with 0.")
        return
    if claim.frequency not in FREQUENCIES:
        yield Flaw("Frequency", "The last character of the type of bill is not a known frequency.")
    if (claim.facility_type in INPATIENT_BILLS) != claim.inpatient:
        yield Flaw("Type of bill", "Type of bill does not fit the patient class.")
    if claim.frequency == "5" and claim.payer.medicare:
        yield Flaw("Frequency", "Medicare takes no late-charge bill (frequency 5); send a replacement with all charges.")


def _replacement(claim: Claim) -> Iterator[Flaw]:
    if claim.frequency not in _CHANGES:
        return
    if not claim.payer_control_number:
        yield Flaw(
            "Payer claim control number",
            "A replacement or void needs the payer's control number of the claim it changes; it comes with the remittance.",
            "claims",
        )
    if claim.payer.medicare:
        yield from _claim_change(claim)


def _claim_change(claim: Claim) -> Iterator[Flaw]:
    """Exactly one claim-change reason on an adjusted Medicare claim; D5 and D6 only void (Medicare manual 100-04, ch. 1)."""
    reasons = [code for code in claim.conditions if code in CLAIM_CHANGES]
    if len(reasons) != 1:
        yield Flaw("Claim-change reason", "A changed Medicare claim carries exactly one condition code of D0-D9 or E0.")
    if claim.frequency != "8" and _VOID_ONLY.intersection(reasons):
        yield Flaw("Claim-change reason", "Condition codes D5 and D6 belong to a void (frequency 8) only.")
    if "D9" in reasons and not claim.note:
        yield Flaw("Claim note", "Condition code D9 needs remarks that say what changed.")


def _patient_status(claim: Claim) -> Iterator[Flaw]:
    if claim.patient_status not in PATIENT_STATUSES:
        yield Flaw("Patient status", "Patient status is missing or not a known discharge status.")
    still_patient = claim.patient_status == "30"
    if claim.inpatient and claim.frequency not in _CHANGES and still_patient != (claim.frequency in _INTERIM):
        yield Flaw("Patient status", "Status 30 (still patient) belongs to interim bills, and interim bills carry it.")
    if claim.patient_status == "20" and "55" not in {one.code for one in claim.occurrences}:
        yield Flaw("Occurrence code 55", "Status 20 needs occurrence code 55 with the date of death.", "claim_codes")


def _stay(claim: Claim) -> Iterator[Flaw]:
    if claim.statement_from > claim.statement_through:
        yield Flaw("Statement dates", "Statement from date is after the through date.")
    if not claim.inpatient:
        return
    required = {
        "Admission date": claim.admission,
        "Admission type": claim.admission_type,
        "Point of origin": claim.point_of_origin,
        "Admitting diagnosis": claim.admitting_diagnosis,
    }
    yield from (Flaw(field, f"{field} is missing on an inpatient claim.") for field, value in required.items() if not value)
    if claim.patient_status != "30" and claim.discharged_at is None:
        yield Flaw("Discharge hour", "Discharge hour is missing on a final inpatient claim.")
    if claim.admission and claim.admission > claim.statement_through:
        yield Flaw("Admission date", "The admission lies after the statement dates.")
    if claim.admission_type == "4" and "54" not in {one.code for one in claim.values}:
        yield Flaw("Value code 54", "A newborn's claim needs value code 54, the birth weight in grams.", "claim_codes")


def _diagnoses(claim: Claim) -> Iterator[Flaw]:
    if len(claim.other_diagnoses) > 24:
        yield Flaw("Diagnoses", "A claim carries at most 25 diagnoses.", "diagnoses")
    if len(claim.external_causes) > 12:
        yield Flaw("External causes", "A claim carries at most 12 external causes.", "diagnoses")
    if len(claim.reason_for_visit) > 3:
        yield Flaw("Reason for visit", "A claim carries at most 3 reasons for visit.", "diagnoses")
    if claim.inpatient and claim.reason_for_visit:
        yield Flaw("Reason for visit", "Reason for visit belongs to outpatient claims.", "diagnoses")
    if _is_unscheduled(claim) and not claim.reason_for_visit:
        yield Flaw("Reason for visit", "An unscheduled outpatient visit needs a reason for visit.", "diagnoses")


def _is_unscheduled(claim: Claim) -> bool:
    """Unscheduled outpatient visit: bill 013x, 078x or 085x, admission type 1, 2 or 5, emergency or observation revenue."""
    if claim.facility_type not in _VISIT_BILLS or claim.admission_type not in _UNSCHEDULED_TYPES:
        return False
    return any(line.revenue_code.startswith("045") or line.revenue_code in {"0516", "0762"} for line in claim.lines)


def _poa(claim: Claim) -> Iterator[Flaw]:
    for diagnosis in (claim.principal, *claim.other_diagnoses, *claim.external_causes):
        yield from _one_poa(claim, diagnosis)


def _one_poa(claim: Claim, diagnosis: Diagnosis) -> Iterator[Flaw]:
    """Exempt codes are blank in 5010 (the 1 of 4010 is refused); outpatient claims carry none."""
    if not claim.inpatient or diagnosis.poa_exempt:
        if diagnosis.poa:
            kind = "an exempt diagnosis" if diagnosis.poa_exempt else "an outpatient claim"
            yield Flaw("Present on admission", f"Present on admission must be blank on {kind}.", "diagnoses")
        return
    if diagnosis.poa not in {"Y", "N", "U", "W"} and (claim.poa_required or diagnosis.poa):
        yield Flaw("Present on admission", "Present on admission is missing or not Y, N, U or W.", "diagnoses")


def _procedures(claim: Claim) -> Iterator[Flaw]:
    if len(claim.procedures) > 25:
        yield Flaw("Procedures", "A claim carries at most 25 procedures.", "procedures")
    if claim.procedures and not claim.inpatient:
        yield Flaw("Procedures", "Inpatient procedure codes do not belong on an outpatient claim.", "procedures")
    for place, procedure in enumerate(claim.procedures, start=1):
        if procedure.date is None:
            yield Flaw("Procedure date", f"Procedure {place} has no date.", "procedures")
        elif not claim.statement_from - _WINDOW <= procedure.date <= claim.statement_through:
            yield Flaw("Procedure date", f"Procedure {place} lies outside the statement dates.", "procedures")


def _code_lists(claim: Claim) -> Iterator[Flaw]:
    for title, codes in (
        ("Occurrence", claim.occurrences),
        ("Occurrence span", claim.spans),
        ("Value", claim.values),
        ("Condition", claim.conditions),
    ):
        if len(codes) > 24:
            yield Flaw(f"{title} codes", f"A claim carries at most 24 {title.lower()} codes.", "claim_codes")


def _spans(claim: Claim) -> Iterator[Flaw]:
    for span in claim.spans:
        if not claim.statement_from <= span.first <= span.last <= claim.statement_through:
            sentence = f"The days of occurrence span {span.code} do not lie inside the statement dates."
            yield Flaw("Occurrence span", sentence, "claim_codes")


_CHECKS: Final[tuple[Check, ...]] = (
    _charges,
    _lines,
    _providers,
    _bill,
    _replacement,
    _patient_status,
    _stay,
    _diagnoses,
    _poa,
    _procedures,
    _code_lists,
    _spans,
)
