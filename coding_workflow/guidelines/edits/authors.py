"""Condition 2: who wrote and signed what supports a code."""

from collections.abc import Collection, Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import Document
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.support import PROCEDURE, Supported
from coding_workflow.guidelines.words import spoken

from .other_clinicians import COMA_SCALE, SOCIAL

#: Author roles that are not the patient's provider (ICD-10-CM Official Guidelines I.A.14 and I.B.14).
NOT_PROVIDERS = frozenset(
    {
        "nurse",
        "nursing",
        "registered_nurse",
        "dietitian",
        "case_manager",
        "social_worker",
        "therapist",
        "pharmacist",
        "technician",
        "emt",
        "laboratory",
        "coder",
        "patient",
    }
)
_NOT_PROVIDER_TYPES = frozenset({"nursing_note", "case_management_note", "therapy_note"})
#: What clinicians other than the provider may document (I.B.14): BMI, coma scale, NIHSS, blood alcohol level, underimmunization,
#: social determinants and the intent of a firearm injury.
OTHER_CLINICIANS = (
    *("Z68", *COMA_SCALE, "R297", "Y90", "Z283", "Z753", "Z754", *SOCIAL),
    *("W32", "W33", "W34", "X72", "X73", "X74", "X93", "X94", "X95", "Y22", "Y23", "Y24"),
)
#: A patient who left before a provider came: nobody else can say so.
_NO_PROVIDER = ("Z5321",)
#: Depth and stage of an ulcer may come from other clinicians; the ulcer itself is the provider's diagnosis.
_ULCERS = ("L89", "L97", "L984")
_RESULTS = frozenset({"laboratory_result", "radiology_report", "pathology_report"})
_SIGNED_RESULTS = frozenset({"laboratory_result"})


@rule("evidence.in_record", condition=2, reference="Release condition 2", looks_at=("documents",), fix="evidence")
def in_record(case: Case) -> Iterator[Found]:
    """A passage belongs to a document of this account's record."""
    if case.facts.documents is None:
        return
    for item in case.supported:
        if len(item.documents) < len(item.evidence):
            yield Found(f"{item.label} cites a document that is not in this record.", (item.code,))


@rule("evidence.signed", condition=2, reference="42 CFR 482.24(c)(1)", looks_at=("documents",), owner="provider", fix="documents")
def signed(case: Case) -> Iterator[Found]:
    """A code rests on at least one signed document; unsigned ones hold or warn by type, as policy says."""
    for item in _resting_only_on(case, {document.id for document in case.documents.values() if not document.signed}):
        severities = {case.policy.unsigned_severity(document.type) for document in item.documents}
        yield Found(
            f"{item.label} rests on an unsigned {spoken(item.documents[0].type)}.",
            (item.code, item.documents[0].id),
            severity="warn" if "warn" in severities else "hold",
        )


def _resting_only_on(case: Case, documents: Collection[str]) -> Iterator[Supported]:
    """The codes whose documents are all among these; a code without any rests on nothing and is another rule's."""
    for item in case.supported if documents else ():
        first, *others = item.documents or (None,)
        if first and first.id in documents and all(document.id in documents for document in others):
            yield item


@rule(
    "evidence.author",
    condition=2,
    reference="ICD-10-CM Official Guidelines I.B.14",
    version=2,
    looks_at=("diagnoses", "documents"),
    fix="evidence",
)
def author(case: Case) -> Iterator[Found]:
    """A diagnosis comes from the patient's provider; only listed details may come from other clinicians."""
    by_others = {document.id for document in case.documents.values() if _not_a_provider(document)}
    for item in _resting_only_on(case, by_others):
        if item.kinds != PROCEDURE and not item.code.startswith((*OTHER_CLINICIANS, *_NO_PROVIDER)):
            stage = "; the stage may come from others, the ulcer itself may not" if item.code.startswith(_ULCERS) else ""
            message = f"{item.label} is supported only by a clinician who is not the patient's provider{stage}."
            yield Found(message, (item.code,))


def _not_a_provider(document: Document) -> bool:
    if document.author_role:
        return document.author_role.lower() in NOT_PROVIDERS and document.type not in _RESULTS
    return document.type in _NOT_PROVIDER_TYPES


@rule(
    "evidence.result_alone",
    condition=2,
    reference="ICD-10-CM Official Guidelines III.B, IV.K",
    looks_at=("diagnoses", "documents"),
    fix="evidence",
)
def result_alone(case: Case) -> Iterator[Found]:
    """Results alone never support an inpatient code; outpatients may be coded from a physician's interpretation."""
    types = _RESULTS if case.inpatient else _SIGNED_RESULTS
    results = {document.id for document in case.documents.values() if document.type in types}
    for item in _resting_only_on(case, results):
        if item.kinds != PROCEDURE:
            yield Found(f"{item.label} is supported by a result alone; the provider must document its meaning.", (item.code,))
