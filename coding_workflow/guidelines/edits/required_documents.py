"""Condition 3: the documentation set that policy requires has been received and signed."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import Document, Waiver
from coding_workflow.guidelines.findings import Severity
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import day
from coding_workflow.policy.rules import RequiredDocument

#: 42 CFR 441.253(d): at least 30 days from consent to sterilization (72 hours for premature delivery or emergency surgery).
CONSENT_DAYS = 30


@rule("documents.known", condition=3, reference="Release condition 3", looks_at=("documents",), owner="him", fix="documents")
def known(case: Case) -> Iterator[Found]:
    """Without the documents the set cannot be judged."""
    if case.facts.documents is None:
        yield Found("The documents of the record are not known, so the documentation set was not judged.", not_evaluated=True)


@rule(
    "documents.required",
    condition=3,
    reference="Facility policy",
    version=2,
    looks_at=("documents", "waivers"),
    owner="him",
    fix="documents",
)
def required(case: Case) -> Iterator[Found]:
    """Each row of the policy's matrix: any of its documents received, and signed where it must be.

    A waiver with a reason and an end turns it into information until that day; one without an end waives nothing.
    """
    facts = case.facts
    if facts.documents is None:
        return
    for row, accepted in case.policy.documents_accepted(facts.patient_class, case.payer_kind, case.situations, facts.service):
        missing = _missing(case, row, accepted)
        waiver = _waiver(case, row) if missing else None
        if missing and waiver:
            message = f"{missing} Waived until {day(waiver.expires)}: {waiver.reason}"
            yield Found(message, (row.code,), severity="info", owner=row.owner, reference=row.reference)
        elif missing:
            severity: Severity = "warn" if row.severity == "warn" else "hold"
            yield Found(missing, (row.code,), severity=severity, owner=row.owner, reference=row.reference)


def _missing(case: Case, row: RequiredDocument, accepted: frozenset[str]) -> str:
    if accepted.isdisjoint(case.received):
        return f"{row.title} has not been received."
    if row.must_be_signed and accepted.isdisjoint(case.received_signed):
        return f"{row.title} is not signed."
    return ""


def _waiver(case: Case, row: RequiredDocument) -> Waiver | None:
    """The waiver of this row that has a reason and has not ended on the day of judgement."""
    fitting = (waiver for waiver in case.facts.waivers if waiver.requirement == row.code and waiver.reason.strip())
    return next((waiver for waiver in fitting if waiver.expires and case.judged_on < waiver.expires), None)


def _of_type(case: Case, kind: str) -> list[Document]:
    return [document for document in case.facts.documents or () if document.type == kind]


@rule(
    "documents.sterilization_consent_age",
    condition=3,
    reference="42 CFR 441.253(d)",
    payers=("medicaid",),
    looks_at=("documents", "procedures"),
    owner="him",
    fix="documents",
    override="reason",
)
def sterilization_consent_age(case: Case) -> Iterator[Found]:
    """Thirty days lie between consent and sterilization; the 72-hour exceptions need a reason."""
    consents = [document.authored_at.date() for document in _of_type(case, "sterilization_consent") if document.authored_at]
    done = min((each.date for each in case.facts.procedures if each.date), default=case.tables_date)
    if "sterilization" not in case.situations or not consents or done is None:
        return
    days = (done - min(consents)).days
    if days < CONSENT_DAYS:
        yield Found(
            f"The sterilization consent was given {days} days before the procedure; 30 are required.", ("sterilization_consent",)
        )


@rule(
    "documents.condition_code_44",
    condition=3,
    reference="Medicare Claims Processing Manual, chapter 1, 50.3",
    looks_at=("documents", "condition_codes"),
    owner="utilization_review",
    fix="documents",
)
def condition_code_44(case: Case) -> Iterator[Found]:
    """Condition code 44 needs the UR decision and the physician's concurrence, both before discharge."""
    decisions = _of_type(case, "ur_decision")
    if "44" not in case.facts.condition_codes or not decisions:
        return
    if not any(document.concurrence for document in decisions):
        yield Found("Condition code 44 needs the physician's concurrence with the utilization review decision.", ("44",))
    discharged = case.facts.discharged_at
    if discharged and all(document.authored_at and document.authored_at >= discharged for document in decisions):
        yield Found("The change to outpatient was decided after discharge; condition code 44 does not apply.", ("44",))
