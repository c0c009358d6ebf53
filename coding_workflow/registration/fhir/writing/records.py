"""Documents with their words, and charges."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Final

from coding_workflow.registration.facts import ChargeFacts, DocumentFacts
from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.mapping import loinc_of

from .parts import Namer, coding, concept, diagnosis_code, every, kept, money, number, place_of_service, time
from .people import clinician, practitioner

#: Bytes of a document that stand inline: in base64, with what is around them, they stay under the 5 MB of a resource.
MOST_INLINE: Final = 3_500_000
#: ``VersionStatus`` in the words of ``docStatus``; R4 knows no dictation.
_STATUS: Final = {"dictated": "preliminary", "unsigned": "preliminary", "signed": "final", "addended": "amended"}


def document(
    facts: DocumentFacts,
    namer: Namer,
    *,
    patient: Resource,
    encounter: Resource,
    facility: Resource,
    relates: Sequence[tuple[str, Resource]] = (),
    replaced: bool = False,
) -> Resource:
    """A DocumentReference with its words inline, as they are. ``relates`` are *replaces* and *appends* with their targets.

    Words over ``MOST_INLINE`` are left out: the attachment then says size and hash, and where they are.
    """
    gone = facts.status == "cancelled"
    return kept(
        {
            "extension": _signed(facts),
            "contained": _contained(facts, namer),
            "masterIdentifier": namer.number("document", facts.source_id),
            "status": ("superseded" if replaced else "entered-in-error") if gone else "current",
            "docStatus": "entered-in-error" if gone else _STATUS.get(facts.status, "preliminary"),
            "type": _type(facts),
            "subject": patient,
            "date": time(facts.authored),
            "author": [_author(facts, namer)] if facts.author else [],
            "custodian": facility,
            "relatesTo": [{"code": code, "target": target} for code, target in relates],
            "content": [{"attachment": _attachment(facts)}],
            "context": {"encounter": [encounter]},
        }
    )


def _type(facts: DocumentFacts) -> Resource:
    kind = next(iter(facts.type_codes), "")
    return concept(coding(systems.DOCUMENT_TYPE, kind), coding(systems.LOINC, loinc_of(kind)), text=facts.title)


def _signed(facts: DocumentFacts) -> list[Resource]:
    said = time(facts.signed)
    if not said or "T" not in said or facts.status not in {"signed", "addended"}:
        return []
    return [{"url": systems.SIGNED, "valueDateTime": said}]


def _contained(facts: DocumentFacts, namer: Namer) -> list[Resource]:
    """The author as this document knows the author: what somebody is to a patient differs from note to note."""
    if facts.author is None or not facts.author.role:
        return []
    return [{"resourceType": "Practitioner", "id": "author", **practitioner(facts.author, namer)}]


def _author(facts: DocumentFacts, namer: Namer) -> Resource:
    assert facts.author is not None  # noqa: S101 - asked by the caller
    reference = clinician(facts.author, namer)
    return {**reference, "reference": "#author"} if facts.author.role else reference


def _attachment(facts: DocumentFacts) -> Resource:
    written = (facts.text or "").encode("utf-8", "replace")
    digest = base64.b64encode(hashlib.sha1(written, usedforsecurity=False).digest()).decode()
    said: Resource = {"contentType": "text/plain; charset=utf-8", "size": len(written), "hash": digest}
    if len(written) > MOST_INLINE:
        return {**said, "title": "Too large to stand inline; the words are on the account's page."}
    return {**said, "data": base64.b64encode(written).decode()} if written else {"contentType": said["contentType"], "size": 0}


def charge(
    facts: ChargeFacts,
    namer: Namer,
    *,
    patient: Resource,
    encounter: Resource,
    account: Resource,
    voided: bool = False,
    pointed: Sequence[Resource] = (),
) -> Resource:
    """A ChargeItem; its price is the whole line. R4 has no place for a charge's modifiers: they follow the code, ``99284-25``.

    The diagnoses to which the sender linked it are its reasons; ``pointed`` are the Conditions of a coder's pointers.
    """
    return kept(
        {
            "extension": place_of_service(facts.place_of_service),
            "identifier": [namer.number("charge", facts.source_id)],
            "status": "entered-in-error" if voided else "billable",
            "code": concept(*_codings(facts, namer), text=facts.description),
            "subject": patient,
            "context": encounter,
            "occurrenceDateTime": time(facts.service),
            "performer": [{"actor": clinician(facts.rendering, namer)}] if facts.rendering else [],
            "quantity": {"value": number(facts.units)},
            "priceOverride": money(facts.amount),
            "reason": [_reason(code, facts) for code in facts.diagnoses],
            "account": [account],
            "supportingInformation": list(pointed),
        }
    )


def _codings(facts: ChargeFacts, namer: Namer) -> list[Resource]:
    """Every code of a charge; R4 asks for one, so that a line without any says that it is unknown."""
    service = "-".join((facts.hcpcs, *facts.modifiers)) if facts.hcpcs else ""
    local = facts.code if facts.code != facts.hcpcs else ""
    codings = every(
        coding(systems.REVENUE, facts.revenue_code),
        coding(systems.of_service(facts.hcpcs), service),
        coding(systems.numbers(namer.facility, "chargemaster"), local),
    )
    return codings or [coding(systems.ABSENT, "unknown")]


def _reason(code: str, facts: ChargeFacts) -> Resource:
    assert facts.service.local is not None  # noqa: S101 - a charge has a day of service
    return concept(coding(systems.of_diagnoses(facts.service.local.date()), diagnosis_code(code)))
