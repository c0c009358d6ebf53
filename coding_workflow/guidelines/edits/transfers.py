"""Condition 5: transfers and the payment window, which depend on other stays of the same patient."""

import datetime
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES, RelatedAccount
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import day

#: 42 CFR 412.4(b), (c). Acute transfers matter for every DRG, post-acute ones for those that Table 5 marks.
ACUTE = frozenset({"02", "66", "82", "94"})
POST_ACUTE = frozenset({"03", "05", "06", "50", "51", "62", "63", "65", "83", "85", "86", "90", "91", "93"})


@rule("transfer.short_stay", condition=5, reference="42 CFR 412.4", severity="info", payers=("medicare",), fix="claim_elements")
def short_stay(case: Case) -> Iterator[Found]:
    """A short stay under the transfer policy: the destination must be certain."""
    group, stay = case.grouping, case.length_of_stay
    recorded = case.facts.record.discharge_status if case.facts.record else None
    statuses = {case.facts.discharge_status, recorded or ""}
    applies = statuses & ACUTE or (group and group.post_acute and statuses & POST_ACUTE)
    if applies and group and stay and _number(group.gmlos) > stay + 1:
        yield Found(
            f"The transfer policy applies to a stay of {stay} days in MS-DRG {group.drg} (geometric mean {group.gmlos});"
            " the destination must be documented.",
            ("discharge_status",),
            owner="coding",
        )


def _number(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdigit() else 0.0


@rule(
    "transfer.same_day", condition=5, reference="42 CFR 412.4(b)", severity="warn", payers=("medicare",), owner="patient_access"
)
def same_day(case: Case) -> Iterator[Found]:
    """Admitted to another acute hospital on the day of discharge, whatever the status says."""
    if not case.inpatient or case.facts.discharge_status in ACUTE:
        return
    for other in case.facts.related_accounts:
        if other.acute_hospital and not other.same_facility and other.service_from == case.facts.discharge_date:
            message = "The patient entered another acute hospital on the day of discharge; confirm the discharge status."
            yield Found(message, (other.id,), fix="claim_elements")


def _window(case: Case) -> datetime.timedelta:
    """Three calendar days for hospitals under the inpatient prospective payment system, one for others."""
    return datetime.timedelta(days=1 if case.facts.poa_exempt_hospital else 3)


def _separate(other: RelatedAccount) -> bool:
    return other.same_facility and other.relation == "same_patient" and not other.combined and not other.unrelated_reason


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
        if admitted - _window(case) <= through <= admitted:
            yield Found(
                f"Outpatient services until {day(through)} lie in the payment window before admission on {day(admitted)}:"
                " combine the accounts, or attest that they are unrelated.",
                (other.id,),
            )


@rule(
    "window.inpatient_stay",
    condition=5,
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
        attested = other.unrelated_reason and "51" in case.facts.condition_codes
        if other.same_facility and other.relation == "same_patient" and not attested:
            yield Found(
                f"The patient was admitted on {day(other.service_from)}, within the payment window of these services:"
                " combine the accounts, or attest that they are unrelated (condition code 51).",
                (other.id,),
            )


def _admitted_after(case: Case, other: RelatedAccount) -> bool:
    """Some service of this account lies in the window that ends with the admission."""
    dates = [line.date for line in case.facts.lines if line.date]
    dates += [date for date in (case.facts.admit_date, case.facts.discharge_date) if date and not dates]
    admitted = other.service_from
    return admitted is not None and any(admitted - _window(case) <= date <= admitted for date in dates)
