"""Diagnosis codes as Conditions, procedure codes as Procedures, each with who assigned it and the passages behind it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.writing.parts import coding, concept, diagnosis_code, kept, stamp

_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/condition-category"
_VERIFIED: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_ON_ADMISSION: Final = "http://terminology.hl7.org/CodeSystem/ex-diagnosis-on-admission"
_USE: Final = "http://terminology.hl7.org/CodeSystem/diagnosis-role"
#: Lists of the claim in the words of ``diagnosis-role``.
_USES: Final = {"diagnosis": "billing", "admitting": "AD", "reason_for_visit": "CC", "external_cause": "billing"}


@dataclass(frozen=True, slots=True)
class Passage:
    """The words behind a code: a reference to their document, and the quote (empty for a citation of the whole)."""

    document: Resource
    quote: str


@dataclass(frozen=True, slots=True)
class Code:
    """One code in force. ``system`` is ours (``ICD-10-CM``), ``code`` has no point; ``by`` refers to who assigned it."""

    system: str
    code: str
    title: str
    by: Resource
    at: datetime.datetime
    passages: tuple[Passage, ...] = ()


def condition(code: Code, poa: str, *, patient: Resource, encounter: Resource) -> Resource:
    """A diagnosis code. R4 has no place for the indicator on a Condition: it is an extension here, and on the Claim its own."""
    return kept(
        {
            "extension": [{"url": systems.POA, "valueCoding": on_admission(poa)}] if poa else [],
            "verificationStatus": concept(coding(_VERIFIED, "confirmed")),
            "category": [concept(coding(_CATEGORY, "encounter-diagnosis"))],
            "code": coded(code.system, code.code, code.title),
            "subject": patient,
            "encounter": encounter,
            "recordedDate": stamp(code.at),
            "recorder": code.by,
            "evidence": [_evidence(each) for each in code.passages],
        }
    )


def _evidence(passage: Passage) -> Resource:
    return kept({"code": [{"text": passage.quote}] if passage.quote else [], "detail": [passage.document]})


def on_admission(poa: str) -> Resource:
    """A present-on-admission indicator as HL7's example codes have it; empty for an exempt code."""
    return coding(_ON_ADMISSION, poa.lower())


def use(condition_: Resource, role: str, rank: int) -> Resource:
    """An encounter's diagnosis: which list of the claim the code stands in, and where."""
    return {"condition": condition_, "use": concept(coding(_USE, _USES.get(role, "billing"))), "rank": rank}


def procedure(
    code: Code,
    *,
    patient: Resource,
    encounter: Resource,
    performed: datetime.date | None,
    performer: Resource | None,
    modifiers: Sequence[str] = (),
) -> Resource:
    """A procedure code. Modifiers follow a HCPCS code, as on a ChargeItem."""
    reports = {str(each.document): each.document for each in code.passages}
    return kept(
        {
            "status": "completed",
            "code": coded(code.system, "-".join((code.code, *modifiers)), code.title),
            "subject": patient,
            "encounter": encounter,
            "performedDateTime": performed.isoformat() if performed else "",
            "recorder": code.by,
            "performer": [{"actor": performer}] if performer else [],
            "report": list(reports.values()),
        }
    )


def coded(system: str, code: str, title: str = "") -> Resource:
    """A code with its system's address; diagnosis codes with their point."""
    address = systems.of_codes(system) or systems.of_service(code)
    written = diagnosis_code(code) if address in {systems.ICD_10_CM, systems.ICD_9_CM} else code
    return concept(coding(address, written, title))
