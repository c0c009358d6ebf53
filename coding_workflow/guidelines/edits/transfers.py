"""Condition 5: transfers and the payment window, which depend on other stays of the same patient."""

import datetime
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES, Line, RelatedAccount
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import day

#: 42 CFR 412.4(b), (c). Acute transfers matter for every DRG, post-acute ones for those that Table 5 marks.
ACUTE = frozenset({"02", "66", "82", "94"})
HOME_HEALTH = frozenset({"06", "86"})
POST_ACUTE = frozenset({"03", "05", "06", "50", "51", "62", "63", "65", "83", "85", "86", "90", "91", "93"})
_NO_TIME = datetime.timedelta()


@rule(
    "transfer.short_stay",
    condition=5,
    reference="42 CFR 412.4",
    version=2,
    severity="info",
    payers=("medicare",),
    looks_at=("discharge_status", "record", "diagnoses", "procedures"),
    fix="claim_elements",
)
def short_stay(case: Case) -> Iterator[Found]:
    """A short stay under the transfer policy: the destination must be certain."""
    group, stay = case.grouping, case.length_of_stay
    recorded = case.facts.record.discharge_status if case.facts.record else None
    statuses = {case.facts.discharge_status, recorded or ""}
    post_acute = statuses & POST_ACUTE - (HOME_HEALTH if _home_health_apart(case) else frozenset())
    applies = statuses & ACUTE or (group and group.post_acute and post_acute)
    if applies and group and stay and _number(group.gmlos) > stay + 1:
        yield Found(
            f"The transfer policy applies to a stay of {stay} days in MS-DRG {group.drg} (geometric mean {group.gmlos});"
            " the destination must be documented.",
            ("discharge_status",),
            owner="coding",
        )


def _home_health_apart(case: Case) -> bool:
    """Condition codes 42 and 43: home health is unrelated, or does not start within three days (42 CFR 412.4(c)(3))."""
    return bool({"42", "43"} & set(case.facts.condition_codes))


@rule(
    "transfer.home",
    condition=5,
    reference="42 CFR 412.4(c)",
    severity="info",
    classes=("inpatient",),
    payers=("medicare",),
    looks_at=("discharge_status", "diagnoses", "procedures"),
    fix="claim_elements",
)
def home(case: Case) -> Iterator[Found]:
    """Home after a short stay in a post-acute transfer DRG: home health within three days would be another status."""
    group, stay = case.grouping, case.length_of_stay
    if case.facts.discharge_status not in ("01", "81") or not group or not group.post_acute or not stay:
        return
    if _number(group.gmlos) > stay + 1:
        message = (
            f"Discharge to home after {stay} days in MS-DRG {group.drg}: the record must show that no home health care follows."
        )
        yield Found(message, ("discharge_status",), owner="coding")


def _number(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdigit() else 0.0


@rule(
    "transfer.same_day",
    condition=5,
    reference="42 CFR 412.4(b)",
    severity="warn",
    payers=("medicare",),
    looks_at=("related_accounts", "discharge_status"),
    owner="patient_access",
)
def same_day(case: Case) -> Iterator[Found]:
    """Admitted to another acute hospital on the day of discharge, whatever the status says."""
    if not case.inpatient or case.facts.discharge_status in ACUTE:
        return
    for other in case.facts.related_accounts:
        if other.acute_hospital and not other.same_facility and other.service_from == case.facts.discharge_date:
            message = "The patient entered another acute hospital on the day of discharge; confirm the discharge status."
            yield Found(message, (other.id,), fix="claim_elements")


#: Revenue codes of diagnostic services (chapter 3, 40.3.B), and of ambulance and dialysis, which stay outside the window.
DIAGNOSTIC = (
    *("0254", "0255", "030", "031", "032", "0341", "0343", "035", "0371", "0372", "040", "046", "0471", "0482", "0483"),
    *("053", "061", "062", "073", "074", "0918", "092"),
)
#: Cardiology is diagnostic with the services of a diagnostic catheterization.
_CARDIOLOGY, _CATHETERIZATION = ("0481", "0489"), ("9345", "9346", "93503", "93505", "9353", "9356", "9357", "G0275", "G0278")
_OUTSIDE = ("054", "082", "083", "084", "085")


def _window(case: Case) -> datetime.timedelta:
    """Three calendar days for hospitals under the inpatient prospective payment system, one for others."""
    return datetime.timedelta(days=1 if case.facts.poa_exempt_hospital else 3)


def _separate(other: RelatedAccount) -> bool:
    attested = bool(other.unrelated_reason.strip())
    return other.same_facility and other.relation == "same_patient" and not other.combined and not attested


@rule(
    "window.outpatient_services",
    condition=5,
    reference="42 CFR 412.2(c)(5); Medicare Claims Processing Manual 3, 40.3",
    classes=("inpatient",),
    payers=("medicare",),
    looks_at=("related_accounts",),
    owner="billing",
    fix="related_accounts",
)
def outpatient_services(case: Case) -> Iterator[Found]:
    """Outpatient services in the three days before admission belong on the inpatient bill unless attested as unrelated."""
    admitted = case.facts.admit_date
    for other in case.facts.related_accounts:
        through = other.service_through or other.service_from
        if admitted is None or through is None or other.patient_class not in OUTPATIENT_CLASSES or not _separate(other):
            continue
        if _NO_TIME <= admitted - through <= _window(case):
            yield Found(
                f"Outpatient services until {day(through)} lie in the payment window before admission on {day(admitted)}:"
                " combine the accounts, or attest that they are unrelated.",
                (other.id,),
            )


@rule(
    "window.inpatient_stay",
    condition=5,
    version=2,
    reference="42 CFR 412.2(c)(5); Medicare Claims Processing Manual 3, 40.3; condition code 51",
    classes=OUTPATIENT_CLASSES,
    payers=("medicare",),
    looks_at=("related_accounts", "condition_codes"),
    owner="billing",
    fix="related_accounts",
)
def inpatient_stay(case: Case) -> Iterator[Found]:
    """The same from the outpatient side: combined, or attested as unrelated with a reason and condition code 51."""
    for other in case.facts.related_accounts:
        if other.patient_class != "inpatient" or not _admitted_after(case, other) or other.combined:
            continue
        attested = other.unrelated_reason.strip() and "51" in case.facts.condition_codes
        if other.same_facility and other.relation == "same_patient" and not attested:
            yield Found(
                f"The patient was admitted on {day(other.service_from)}, within the payment window of these services:"
                " combine the accounts, or attest that they are unrelated (condition code 51).",
                (other.id,),
            )


def _admitted_after(case: Case, other: RelatedAccount) -> bool:
    """Some service of this account lies in the window that ends with the admission; ambulance and dialysis never do."""
    dates = [line.date for line in case.facts.lines if line.date and not line.revenue_code.startswith(_OUTSIDE)]
    if not any(line.date for line in case.facts.lines):
        dates = [date for date in (case.facts.admit_date, case.facts.discharge_date) if date]
    return any(_in_window(case, other, date) for date in dates)


def _in_window(case: Case, other: RelatedAccount, date: datetime.date) -> bool:
    admitted = other.service_from
    return admitted is not None and _NO_TIME <= admitted - date <= _window(case)


@rule(
    "window.diagnostic_services",
    condition=5,
    reference="Medicare Claims Processing Manual, chapter 3, 40.3.B",
    classes=OUTPATIENT_CLASSES,
    payers=("medicare",),
    looks_at=("related_accounts", "lines"),
    owner="billing",
    fix="related_accounts",
)
def diagnostic_services(case: Case) -> Iterator[Found]:
    """Diagnostic services in the window belong on the inpatient bill, whatever they were for and whatever is attested."""
    for other in case.facts.related_accounts:
        attested = other.patient_class == "inpatient" and other.same_facility and other.unrelated_reason.strip()
        if not attested or other.combined or other.relation != "same_patient":
            continue
        lines = [line for line in case.facts.lines if line.date and _in_window(case, other, line.date)]
        diagnostic = sorted({line.revenue_code for line in lines if _is_diagnostic(line)})
        if diagnostic:
            message = (
                f"Revenue code {diagnostic[0]} is diagnostic and belongs on the bill of the stay of {day(other.service_from)}."
            )
            yield Found(message, (other.id, *diagnostic))


def _is_diagnostic(line: Line) -> bool:
    catheterized = line.revenue_code in _CARDIOLOGY and line.hcpcs.startswith(_CATHETERIZATION)
    return line.revenue_code.startswith(DIAGNOSTIC) or catheterized
