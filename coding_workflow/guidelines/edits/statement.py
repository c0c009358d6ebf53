"""Condition 5: frequency and dates of the statement (UB-04 FL 4 and FL 6)."""

import datetime
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import FACILITY_CLASSES, INPATIENT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import day

_MANUAL = "Medicare Claims Processing Manual"
_INTERIM, _LATE_CHARGES = "234", "5"
#: Days that a stay lasts before a hospital under the prospective payment system may bill it in parts.
_INTERIM_DAYS = datetime.timedelta(days=60)
#: Outpatient services of the payment window may open the statement before the admission.
_WINDOW = datetime.timedelta(days=3)


def _frequency(case: Case) -> str:
    return case.facts.type_of_bill[3:4]


@rule(
    "claim.frequency_medicare",
    condition=5,
    reference=f"{_MANUAL}, chapter 1, 50.2.1 and 130.1; chapter 3, 20.1",
    classes=FACILITY_CLASSES,
    payers=("medicare",),
    looks_at=("type_of_bill", "admit_date", "statement_through"),
    owner="billing",
    fix="claim_elements",
)
def frequency_medicare(case: Case) -> Iterator[Found]:
    """Hospitals under the prospective payment systems bill Medicare neither late charges (5) nor parts of a stay as 3 or 4.

    A stay of 60 days may have an interim bill 0112; what follows replaces it (0117).
    """
    bill, frequency = case.facts.type_of_bill, _frequency(case)
    if case.facts.poa_exempt_hospital or not bill.startswith(("011", "013")):
        return
    if frequency == _LATE_CHARGES:
        yield Found(f"Medicare takes no late charge bill {bill} here; a replacement carries all charges.", ("type_of_bill",))
    elif bill.startswith("011") and frequency in "34" and frequency:
        yield Found(f"Medicare takes no interim bill {bill} here; after 0112 a replacement 0117 follows.", ("type_of_bill",))
    elif bill.startswith("011") and frequency == "2" and _too_short(case):
        yield Found(f"Interim bill {bill} is for stays of 60 days and more.", ("type_of_bill",))


def _too_short(case: Case) -> bool:
    start, end = case.facts.admit_date, case.facts.statement_through
    return start is not None and end is not None and end - start < _INTERIM_DAYS


@rule(
    "claim.statement_through",
    condition=5,
    reference="UB-04 FL 6",
    classes=INPATIENT_CLASSES,
    looks_at=("statement_through", "discharge_date", "type_of_bill"),
    owner="billing",
    fix="claim_elements",
)
def statement_through(case: Case) -> Iterator[Found]:
    """The statement of a stay ends on the day of discharge, unless the bill is an interim one."""
    end, discharged = case.facts.statement_through, case.facts.discharge_date
    interim = _frequency(case) in ("2", "3")
    if end and discharged and end != discharged and not interim:
        message = f"The statement ends on {day(end)}; the patient was discharged on {day(discharged)}."
        yield Found(message, ("statement_through", "discharge_date"))


@rule(
    "claim.statement_from",
    condition=5,
    reference="UB-04 FL 6; 42 CFR 412.2(c)(5)",
    classes=INPATIENT_CLASSES,
    looks_at=("statement_from", "admit_date", "type_of_bill"),
    owner="billing",
    fix="claim_elements",
)
def statement_from(case: Case) -> Iterator[Found]:
    """The statement of a stay begins with the admission, or up to three days before it with services of the payment window."""
    start, admitted = case.facts.statement_from, case.facts.admit_date
    if start is None or admitted is None or _frequency(case) in ("3", "4"):
        return
    if start > admitted or admitted - start > _WINDOW:
        message = f"The statement begins on {day(start)}; the patient was admitted on {day(admitted)}."
        yield Found(message, ("statement_from", "admit_date"))
