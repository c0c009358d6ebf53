"""Who coded and who approved, as Provenance; what was asked of providers and answered, as Communication."""

import datetime
from collections.abc import Sequence
from typing import Final

from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.writing.parts import coding, concept, identifier, kept, stamp

_AGENT: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_CERTIFICATE: Final = "urn:coding-workflow:certificate"
#: A query is under way until it is closed; one that was withdrawn was stopped.
_STATUS: Final = {"sent": "in-progress", "answered": "in-progress", "closed": "completed", "withdrawn": "stopped"}


def person(username: str, name: str) -> Resource:
    """A reference to somebody who signs in here: by name, with no resource behind it."""
    return {"type": "Practitioner", "identifier": identifier("urn:coding-workflow:staff", username), "display": name}


def coding_done(targets: Sequence[Resource], by: Resource, at: datetime.datetime, policy: str = "") -> Resource:
    """One declaration that an account is final coded."""
    return _provenance(targets, by, at, "author", "Final coded", policy)


def approved(
    targets: Sequence[Resource], by: Resource, at: datetime.datetime, certificate: str, *, by_policy: bool = False
) -> Resource:
    """One release to billing, with the SHA-256 of its certificate. ``by_policy``: by itself, the approver accountable for it."""
    words = "Released to billing by policy" if by_policy else "Approved for billing"
    made = _provenance(targets, by, at, "verifier", words)
    if not certificate:
        return made
    return {**made, "entity": [{"role": "source", "what": {"identifier": identifier(_CERTIFICATE, certificate)}}]}


def _provenance(
    targets: Sequence[Resource], by: Resource, at: datetime.datetime, role: str, words: str, policy: str = ""
) -> Resource:
    return kept(
        {
            "target": list(targets),
            "recorded": stamp(at),
            "policy": [policy] if policy else [],
            "activity": {"text": words},
            "agent": [{"type": concept(coding(_AGENT, role)), "who": by}],
        }
    )


def question(
    number: Resource,
    status: str,
    subject: str,
    said: Sequence[str],
    *,
    patient: Resource,
    encounter: Resource,
    account: Resource,
    by: Resource,
    to: Resource | None,
    sent: datetime.datetime,
    reason: str = "",
) -> Resource:
    """A query that was sent: its words, then the answers it offers, each as a payload."""
    return kept(
        {
            "identifier": [number],
            "status": _STATUS[status],
            "subject": patient,
            "topic": {"text": subject} if subject else {},
            "about": [account],
            "encounter": encounter,
            "sent": stamp(sent),
            "recipient": [to] if to else [],
            "sender": by,
            "reasonCode": [concept(coding("urn:coding-workflow:query-reason", reason))] if reason else [],
            "payload": [{"contentString": words} for words in said if words],
        }
    )


def answer(
    asked: Resource, said: Sequence[str], *, patient: Resource, encounter: Resource, by: Resource | None, at: datetime.datetime
) -> Resource:
    """The answer to a query: what was chosen, then the provider's own words."""
    return kept(
        {
            "inResponseTo": [asked],
            "status": "completed",
            "subject": patient,
            "encounter": encounter,
            "sent": stamp(at),
            "sender": by,
            "payload": [{"contentString": words} for words in said if words],
        }
    )
