"""Condition 5: patient accounting and the medical record say the same, side by side."""

import datetime
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import FACILITY_CLASSES, Order
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import day, spoken

REFERENCE = "Release condition 5"
#: The Medicare Code Editor takes no age above it.
OLDEST = 124


@rule("claim.record_abstracted", condition=5, reference=REFERENCE, looks_at=("record",), fix="abstract")
def record_abstracted(case: Case) -> Iterator[Found]:
    """What the record says must have been read out of it."""
    if case.facts.record is None:
        yield Found("The claim elements have not been abstracted from the record.", not_evaluated=True)


def _differs(case: Case, element: str, label: str, accounting: str, record: str) -> Iterator[Found]:
    if case.facts.record is None or accounting == record:
        return
    if not record:
        yield Found(f"The {label} has not been abstracted from the record.", (element,), owner="coding", fix="abstract")
        return
    yield Found(f"Patient accounting has {label} {accounting or 'not given'}; the record says {record}.", (element,))


@rule(
    "claim.demographics",
    condition=5,
    reference="UB-04 FL 10 and 11; MCE 14 and 15",
    looks_at=("patient",),
    owner="patient_access",
    fix="registration",
)
def demographics(case: Case) -> Iterator[Found]:
    """No claim goes out without the patient's birth date and sex. The age of a stay is the Medicare Code Editor's."""
    if case.facts.patient.birth_date is None:
        yield Found("The patient's birth date is missing.", ("birth_date",))
    elif not case.inpatient and case.age is not None and not 0 <= case.age <= OLDEST:
        yield Found(f"The patient's birth date gives an age of {case.age} years at admission.", ("birth_date",))
    if not case.facts.patient.sex:
        yield Found("The patient's sex is missing.", ("sex",))


@rule(
    "claim.discharge_status",
    condition=5,
    reference=f"{REFERENCE}; UB-04 FL 17",
    classes=FACILITY_CLASSES,
    looks_at=("discharge_status", "record"),
    owner="patient_access",
    fix="claim_elements",
)
def discharge_status(case: Case) -> Iterator[Found]:
    """Discharge status in both places."""
    record = case.facts.record.discharge_status if case.facts.record else ""
    yield from _differs(case, "discharge_status", "discharge status", case.facts.discharge_status, record or "")


@rule(
    "claim.patient_class",
    condition=5,
    reference=f"{REFERENCE}; 42 CFR 412.3",
    classes=FACILITY_CLASSES,
    looks_at=("patient_class", "record"),
    owner="utilization_review",
    fix="claim_elements",
)
def patient_class(case: Case) -> Iterator[Found]:
    """Inpatient, observation, emergency ... in both places."""
    record = case.facts.record.patient_class if case.facts.record else ""
    yield from _differs(case, "patient_class", "admission status", spoken(case.facts.patient_class), spoken(record or ""))


@rule(
    "claim.admit_date",
    condition=5,
    reference=REFERENCE,
    classes=FACILITY_CLASSES,
    looks_at=("admit_date", "record"),
    owner="patient_access",
    fix="claim_elements",
)
def admit_date(case: Case) -> Iterator[Found]:
    """Admission date in both places."""
    record = case.facts.record.admit_date if case.facts.record else None
    yield from _differs(case, "admit_date", "admission date", _date(case.facts.admit_date), _date(record))


@rule(
    "claim.discharge_date",
    condition=5,
    reference=REFERENCE,
    classes=FACILITY_CLASSES,
    looks_at=("discharge_date", "record"),
    owner="patient_access",
    fix="claim_elements",
)
def discharge_date(case: Case) -> Iterator[Found]:
    """Discharge date in both places."""
    record = case.facts.record.discharge_date if case.facts.record else None
    yield from _differs(case, "discharge_date", "discharge date", _date(case.facts.discharge_date), _date(record))


def _date(value: datetime.date | None) -> str:
    return day(value) if value else ""


@rule("claim.dates_in_order", condition=5, reference=REFERENCE, owner="patient_access", fix="claim_elements")
def dates_in_order(case: Case) -> Iterator[Found]:
    """Admission before discharge, statement from before through, birth before admission."""
    facts = case.facts
    ordered = (
        ("admission", facts.admit_date, "discharge", facts.discharge_date),
        ("statement from", facts.statement_from, "statement through", facts.statement_through),
        ("birth", facts.patient.birth_date, "admission", facts.admit_date),
    )
    for earlier, start, later, end in ordered:
        if start and end and start > end:
            yield Found(f"The {earlier} date {day(start)} is after the {later} date {day(end)}.", (earlier, later))


@rule(
    "claim.condition_code_44",
    condition=5,
    reference="Medicare Claims Processing Manual, chapter 1, 50.3",
    looks_at=("condition_codes", "patient_class"),
    owner="utilization_review",
    fix="claim_elements",
)
def condition_code_44(case: Case) -> Iterator[Found]:
    """Condition code 44 is for a stay that was made outpatient; it is not billed as inpatient."""
    if "44" in case.facts.condition_codes and case.inpatient:
        yield Found("Condition code 44 is on an inpatient account; the stay was changed to outpatient.", ("44",))


@rule(
    "claim.placement_order",
    condition=5,
    reference="42 CFR 412.3",
    version=2,
    classes=("inpatient",),
    looks_at=("orders",),
    owner="utilization_review",
    fix="claim_elements",
)
def placement_order(case: Case) -> Iterator[Found]:
    """An inpatient account with only an observation order is a class conflict."""
    if _placed(case, "observation") and not _placed(case, "inpatient"):
        yield Found("The account is inpatient; the record holds only an observation order.", ("patient_class",))


#: While an authenticated inpatient order was a condition of Medicare payment (42 CFR 412.3; final rules of FY 2014 and 2019).
ORDER_CONDITION_FROM, ORDER_CONDITION_UNTIL = datetime.date(2013, 10, 1), datetime.date(2018, 10, 1)


@rule(
    "claim.inpatient_order",
    condition=5,
    reference="42 CFR 412.3 since 2018-10-01",
    severity="warn",
    classes=("inpatient",),
    looks_at=("orders",),
    owner="utilization_review",
    fix="claim_elements",
    starts=ORDER_CONDITION_UNTIL,
)
def inpatient_order(case: Case) -> Iterator[Found]:
    """A missing or unauthenticated inpatient order is shown to utilization review."""
    yield from _order_wanting(case)


@rule(
    "claim.inpatient_order_required",
    condition=5,
    reference="42 CFR 412.3 until 2018-09-30",
    classes=("inpatient",),
    payers=("medicare",),
    looks_at=("orders",),
    owner="utilization_review",
    fix="claim_elements",
    starts=ORDER_CONDITION_FROM,
    ends=ORDER_CONDITION_UNTIL,
)
def inpatient_order_required(case: Case) -> Iterator[Found]:
    """The same held a Medicare stay while the order was a condition of its own."""
    yield from _order_wanting(case)


def _placed(case: Case, kind: str) -> list[Order]:
    return [order for order in case.facts.orders or () if order.type == kind]


def _order_wanting(case: Case) -> Iterator[Found]:
    placed = _placed(case, "inpatient")
    if case.facts.orders is None or (not placed and _placed(case, "observation")):
        return
    if not placed:
        yield Found("No inpatient order is in the record.", ("orders",))
    elif not any(order.authenticated for order in placed):
        yield Found("The inpatient order is not authenticated.", ("orders",))
