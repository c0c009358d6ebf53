"""Patients and clinicians, apart from any account."""

import dataclasses
from typing import Any

from accounts.models import Account, Provider
from coding_workflow.registration.facts import PatientFacts
from coding_workflow.registration.fhir import people as reading
from coding_workflow.registration.hl7.times import Moment
from coding_workflow.registration.services import people
from coding_workflow.registration.services.source import fitting

from .arrival import Arrival


def apply_patient(arrival: Arrival) -> Account | None:
    """The patient of the record number, created or brought up to date."""
    facts = reading.patient_facts(arrival.resource, arrival.own_systems())
    elements = [field.name for field in dataclasses.fields(PatientFacts) if field.name not in {"authority", "mrn"}]
    said = {name for name in elements if getattr(facts, name) is not None}
    arrival.version.said = sorted(arrival.said | said)
    for flag in reading.birth_flags(facts.birth):
        arrival.source.flag(flag)
    people.patient_for(_taken_back(facts, arrival.said - said), arrival.source)
    return None


def _taken_back(facts: PatientFacts, gone: frozenset[str] | set[str]) -> PatientFacts:
    deletions: dict[str, Any] = {name: Moment("", "deleted") if name == "birth" else "" for name in gone}
    return dataclasses.replace(facts, **deletions)


def apply_practitioner(arrival: Arrival) -> Account | None:
    """The clinician's row with the names and NPI that the Practitioner says, whatever a display said before."""
    resource = arrival.resource
    facts = reading.provider_of({"reference": arrival.version.key}, resource)
    if facts is None:
        return None
    names = {
        "family_name": fitting(facts.family_name, Provider, "family_name", "STF", 3),
        "given_name": fitting(facts.given_name, Provider, "given_name", "STF", 3),
    }
    provider = people.provider_for(dataclasses.replace(facts, family_name="", given_name=""), arrival.source, "STF", 1)
    if provider is None:
        return None
    values = {**names, "npi": facts.npi or provider.npi}
    changed = [name for name, value in values.items() if value and getattr(provider, name) != value]
    for name in changed:
        setattr(provider, name, values[name])
    if changed:
        provider.save(update_fields=changed)
    return None


def keep(arrival: Arrival) -> Account | None:
    """A resource that is only referred to: to be in force is all."""
    return None
