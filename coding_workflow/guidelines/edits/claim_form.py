"""Condition 5: discharge status, type of bill and the codes that go with them (UB-04)."""

from collections.abc import Iterable, Iterator

from accounts import claim_codes
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import FACILITY_CLASSES, INPATIENT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.situations import EXPIRED
from coding_workflow.guidelines.words import day, says

#: Discharge status codes in use (UB-04 FL 17); all others are reserved.
STATUSES = frozenset(
    {f"{n:02d}" for n in (1, 2, 3, 4, 5, 6, 7, 9, 20, 21, 30, 40, 41, 42, 43, 50, 51, 61, 62, 63, 64, 65, 66, 69, 70)}
    | {str(n) for n in range(81, 96)}
)
#: First digits of the type of bill by class: hospital inpatient and swing bed; hospital outpatient, other, CAH, ASC.
_INPATIENT_BILLS, _OUTPATIENT_BILLS = ("011", "012", "018"), ("013", "014", "012", "083", "085")


@rule(
    "claim.status_valid",
    condition=5,
    reference="UB-04 FL 17",
    classes=FACILITY_CLASSES,
    looks_at=("discharge_status",),
    fix="claim_elements",
)
def status_valid(case: Case) -> Iterator[Found]:
    """The status exists, and is one that this kind of bill may carry."""
    status = case.facts.discharge_status
    if case.inpatient and not status:
        yield Found("The discharge status is missing.", ("discharge_status",), owner="patient_access")
    elif status and status not in STATUSES:
        yield Found(f"{status} is not a discharge status.", ("discharge_status",), owner="patient_access")
    elif status in {"40", "41", "42"} and not case.facts.type_of_bill.startswith(("081", "082")):
        yield Found(f"Discharge status {status} is for hospice claims only.", ("discharge_status",), owner="patient_access")
    elif status == "09" and case.inpatient:
        yield Found("Discharge status 09 is for outpatient claims only.", ("discharge_status",), owner="patient_access")


@rule(
    "claim.interim",
    condition=5,
    reference="UB-04 FL 4, FL 17",
    classes=INPATIENT_CLASSES,
    looks_at=("type_of_bill", "discharge_status"),
    owner="billing",
    fix="claim_elements",
)
def interim(case: Case) -> Iterator[Found]:
    """Interim bills (frequency 2 and 3) carry status 30, and final ones do not."""
    bill, status = case.facts.type_of_bill, case.facts.discharge_status
    if len(bill) != 4 or not status:
        return
    if bill[3] in "23" and status != "30":
        yield Found(f"Interim bill {bill} needs discharge status 30.", ("type_of_bill",))
    elif bill[3] in "14" and status == "30":
        yield Found(f"Discharge status 30, still a patient, is on final bill {bill}.", ("type_of_bill",))


@rule(
    "claim.type_of_bill",
    condition=5,
    reference="UB-04 FL 4",
    version=2,
    classes=FACILITY_CLASSES,
    looks_at=("type_of_bill",),
    owner="billing",
    fix="claim_elements",
)
def type_of_bill(case: Case) -> Iterator[Found]:
    """The type of bill fits the class of a facility account."""
    bill = case.facts.type_of_bill
    if not bill:
        return
    if len(bill) != 4 or not bill.isalnum():
        yield Found(f"{bill} is not a type of bill; it has four characters.", ("type_of_bill",))
    elif not bill.startswith(_INPATIENT_BILLS if case.inpatient else _OUTPATIENT_BILLS):
        kind = "inpatient" if case.inpatient else "outpatient"
        yield Found(f"Type of bill {bill} is not for an {kind} account.", ("type_of_bill",))


@rule(
    "claim.date_of_death",
    condition=5,
    reference="UB-04 occurrence code 55",
    classes=FACILITY_CLASSES,
    owner="patient_access",
    fix="claim_codes",
)
def date_of_death(case: Case) -> Iterator[Found]:
    """Status 20 (40 to 42 at a hospice) comes with occurrence code 55 and the date of death, which is the discharge date."""
    status = case.facts.discharge_status
    if status not in EXPIRED:
        return
    death = next((each for each in case.facts.occurrence_codes if each.code == "55"), None)
    if death is None or death.date is None:
        yield Found(f"Discharge status {status} needs occurrence code 55 with the date of death.", ("55",))
        return
    recorded = case.facts.record.death_date if case.facts.record else None
    for other, what in ((case.facts.discharge_date, "discharge date"), (recorded, "date of death in the record")):
        if other and other != death.date:
            yield Found(f"Occurrence code 55 has {day(death.date)}; the {what} is {day(other)}.", ("55", what))


@rule("claim.birth_weight", condition=5, reference="UB-04 value code 54", classes=INPATIENT_CLASSES, fix="claim_codes")
def birth_weight(case: Case) -> Iterator[Found]:
    """A birth carries the weight in grams, and one weight."""
    if case.facts.patient_class != "newborn" and case.facts.admission_type != "4":
        return
    claimed = next((each.amount for each in case.facts.value_codes if each.code == "54"), None)
    recorded = case.facts.patient.birth_weight_grams
    if claimed is None and recorded is None:
        yield Found("The birth weight in grams (value code 54) is missing.", ("54",), owner="patient_access")
    elif claimed is not None and recorded is not None and claimed != recorded:
        yield Found(
            f"Value code 54 has {claimed.normalize():f} g; the record says {recorded} g.", ("54",), owner="patient_access"
        )


@rule(
    "claim.codes_agree",
    condition=5,
    reference="Release condition 5; UB-04 FL 18 to 41",
    looks_at=("code_differences",),
    owner="patient_access",
    fix="claim_codes",
)
def codes_agree(case: Case) -> Iterator[Found]:
    """What people entered of a code goes on the claim; patient accounting says the same of it, or nothing."""
    for each in case.facts.code_differences:
        named = f"{claim_codes.KINDS[each.part].lower()} {each.code}"
        told, entered = _listed(each.accounting), _listed(each.entered)
        if not each.entered:
            yield Found(f"Patient accounting has {named}{told and f' ({told})'}; it was taken off here.", (each.code,))
        else:
            yield Found(f"Patient accounting has {named} with {told}; {entered} was entered here.", (each.code,))


def _listed(said: Iterable[str]) -> str:
    return ", ".join(says(each) for each in said if each)


@rule(
    "claim.newborn_origin",
    condition=5,
    reference="UB-04 FL 15",
    classes=FACILITY_CLASSES,
    looks_at=("point_of_origin",),
    owner="patient_access",
)
def newborn_origin(case: Case) -> Iterator[Found]:
    """Admission type 4 uses the newborn points of origin: 5 born inside, 6 born outside this hospital."""
    origin = case.facts.point_of_origin
    if case.facts.admission_type == "4" and origin and origin not in ("5", "6"):
        yield Found(f"Point of origin {origin} does not go with admission type 4.", ("point_of_origin",), fix="claim_elements")


@rule("claim.reason_for_visit", condition=5, reference="UB-04 FL 70", severity="warn", classes=("emergency", "observation"))
def reason_for_visit(case: Case) -> Iterator[Found]:
    """An unscheduled outpatient bill carries the patient's reason for the visit."""
    if not case.facts.reason_for_visit and case.facts.lines:
        yield Found("The patient's reason for the visit is not coded.", ("reason_for_visit",))
