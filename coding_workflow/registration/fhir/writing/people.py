"""Patients, clinicians, organizations and who pays."""

from collections.abc import Sequence
from typing import Final

from coding_workflow.registration.facts import CoverageFacts, PatientFacts, ProviderFacts
from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource

from .parts import Namer, coding, concept, every, identifier, kept, period, time

_GENDERS: Final = {"M": "male", "F": "female", "U": "unknown"}
#: How the reader calls the facility's own numbers.
_OWN: Final = "MRN"


def patient(facts: PatientFacts, namer: Namer) -> Resource:
    """A Patient by the medical record number, in the facility's system or its own authority's."""
    own = facts.authority == _OWN
    record = namer.number("mrn", facts.mrn, "MR") if own else identifier(facts.authority, facts.mrn, "MR")
    given = [part for part in (facts.given_name, *(facts.middle_name or "").split()) if part]
    name = kept({"use": "official", "family": facts.family_name, "given": given})
    address = kept(
        {
            "line": [facts.address_line] if facts.address_line else [],
            "city": facts.city,
            "state": facts.state,
            "postalCode": _zip(facts.zip_code or ""),
        }
    )
    return kept(
        {
            "identifier": [record],
            "name": [name] if len(name) > 1 else [],
            "gender": _GENDERS.get(facts.sex or "", ""),
            "birthDate": time(facts.birth),
            "address": [{"use": "home", **address}] if address else [],
        }
    )


def _zip(digits: str) -> str:
    return f"{digits[:5]}-{digits[5:]}" if len(digits) == 9 else digits


def practitioner(facts: ProviderFacts, namer: Namer, taxonomy: str = "") -> Resource:
    """A Practitioner without an id: readers take one for the clinician's number, which stands as identifier here.

    ``facts.role`` is what the clinician was to this patient, so that the resource is one document's.
    """
    given = [facts.given_name] if facts.given_name else []
    qualification = concept(coding(systems.AUTHOR_ROLE, facts.role)) or concept(coding(systems.TAXONOMY, taxonomy))
    return kept(
        {
            "identifier": every(namer.number("provider", facts.source_id), identifier(systems.NPI, facts.npi, "NPI")),
            "name": [kept({"family": facts.family_name, "given": given})] if facts.family_name or given else [],
            "qualification": [{"code": qualification}] if qualification else [],
        }
    )


def clinician(facts: ProviderFacts, namer: Namer) -> Resource:
    """A reference to a Practitioner of the Bundle."""
    display = f"{facts.given_name} {facts.family_name}".strip()
    return namer.reference("Practitioner", facts.source_id, display, namer.number("provider", facts.source_id))


def organization(name: str, identifiers: Sequence[Resource], address: Resource | None = None, kind: str = "") -> Resource:
    """A facility or a payer; readers go by the first identifier. ``kind`` is ``prov`` or ``pay``."""
    type_ = concept(coding("http://terminology.hl7.org/CodeSystem/organization-type", kind))
    return kept(
        {
            "identifier": every(*identifiers),
            "active": True,
            "type": [type_] if type_ else [],
            "name": name,
            "address": [address] if address else [],
        }
    )


def address(line: str, city: str, state: str, zip_code: str) -> Resource:
    """Where an organization is."""
    return kept({"line": [line] if line else [], "city": city, "state": state, "postalCode": _zip(zip_code)})


def coverage(facts: CoverageFacts, beneficiary: Resource, payor: Resource, first: str, last: str) -> Resource:
    """Who is asked to pay for one stay: the period is the stay's, for which it is known to be in force.

    Without identifiers: readers take one for the member's number.
    """
    group = {"type": concept(coding(systems.COVERAGE_CLASS, "group")), "value": facts.group_number}
    return kept(
        {
            "status": "active",
            "subscriber": beneficiary,
            "subscriberId": facts.member_id,
            "beneficiary": beneficiary,
            "relationship": concept(coding(systems.RELATIONSHIP, "self")),
            "period": period(first, last),
            "payor": [payor],
            "class": [group] if facts.group_number else [],
            "order": facts.rank,
        }
    )
