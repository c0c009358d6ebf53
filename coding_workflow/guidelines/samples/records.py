"""Documents of a sample account and the passages that support its codes."""

import datetime
from collections.abc import Sequence

from coding_workflow.guidelines.facts import Document, Evidence

from .drawing import Draw
from .templates import Template
from .times import Times, at

#: What supports a code says it as certain; an inpatient's may be uncertain at discharge (II.H).
_QUOTES = (
    "documented in the assessment and plan",
    "present and treated during this encounter",
    "evaluated and monitored; medication continued",
    "diagnosis listed by the attending",
)
_BY_DAY_OF_DISCHARGE = frozenset({"discharge_summary", "final_progress_note", "death_summary", "pathology_report"})
_ROLES = {"nursing_note": "nurse", "pathology_report": "pathologist", "therapy_note": "therapist"}
#: What other clinicians may document (I.B.14): body mass index and stroke scale. The depth or stage of an ulcer too, but the
#: ulcer itself is the provider's diagnosis.
_NURSED, _STAGED = ("Z68", "R297"), ("L97", "L89")
#: The nature of a passage by the class of the account; the first document given that is of such a type.
_SUPPORTING = (
    *("discharge_summary", "death_summary", "final_progress_note", "ed_note", "observation_note", "clinic_note"),
    *("newborn_record", "operative_note", "progress_note"),
)


def document_types(
    template: Template, *, surgical: bool, other_procedure: bool, expired: bool, specimen: bool, sterilized: bool
) -> list[str]:
    """The documents that policy asks for, with a few more that every record has."""
    if template.patient_class not in ("inpatient", "newborn"):
        return list(template.documents)
    ending = "death_summary" if expired else "final_progress_note" if template.short else "discharge_summary"
    opening = ["newborn_record"] if template.patient_class == "newborn" else ["history_and_physical", "inpatient_order"]
    held = {"operative_note": surgical, "anesthesia_record": surgical, "procedure_note": other_procedure}
    held |= {"pathology_report": specimen, "sterilization_consent": sterilized}
    more = [kind for kind, present in held.items() if present]
    return [*opening, ending, "progress_note", "nursing_note", *more, *template.documents]


def documents(types: Sequence[str], times: Times) -> tuple[Document, ...]:
    """Each type once, signed by its author on the day after it was written; a consent lies months before."""
    return tuple(_document(kind, times) for kind in dict.fromkeys(types))


def _document(kind: str, times: Times) -> Document:
    written = at(times.discharged, 19) if kind in _BY_DAY_OF_DISCHARGE else at(times.admitted, 15)
    if kind == "sterilization_consent":
        written = at(times.admitted - datetime.timedelta(days=60), 15)
    return Document(
        id=kind,
        type=kind,
        author_role=_ROLES.get(kind, "attending"),
        author="lee",
        signed=True,
        authored_at=written,
        signed_at=written + datetime.timedelta(hours=20),
        specimen=True if kind == "pathology_report" else None,
    )


def support(draw: Draw, held: Sequence[Document], code: str) -> tuple[Evidence, ...]:
    """A passage of a document by somebody who may say so."""
    types = {document.type for document in held}
    at_hand = [kind for kind in _SUPPORTING if kind in types]
    provider = passage(draw, at_hand[0] if draw.chance(70) else draw.one(at_hand))
    if "nursing_note" not in types or not code.startswith(_NURSED + _STAGED):
        return (provider,)
    nurse = passage(draw, "nursing_note")
    return (provider, nurse) if code.startswith(_STAGED) else (nurse,)


def passage(draw: Draw, document: str) -> Evidence:
    """Some place in the document."""
    start = draw.between(0, 4000)
    return Evidence(document, start, start + draw.between(12, 90), draw.one(_QUOTES))
