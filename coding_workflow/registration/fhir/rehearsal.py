"""All that reading costs, done for nothing: what the bounded child tries before the process with the database reads."""

from collections.abc import Callable
from typing import Any, Final

from . import checking, coverages, elements, json_text, people, records, referring, splitting, visits
from .elements import Resource


def file(raw: bytes) -> None:
    """Split a body or a line into its units. Raises what splitting raises."""
    splitting.split(raw)


def unit(raw: bytes) -> None:
    """Read one unit: the entries of a loose Bundle are units of their own, those of an all-or-nothing one come alone later.

    Raises what reading raises.
    """
    if splitting.units(raw) != (raw,):
        return
    text = json_text.text_of(raw)
    value = json_text.loads(text)
    resource, address = splitting.resource_of(value)
    elements.aliases(resource, address)
    json_text.digest(json_text.canonical(value))
    if resource.get("resourceType") == "Bundle":
        checking.check_bundle(resource)
        splitting.entries_of(text)
        return
    checking.check(resource)
    referring.references_of(resource)
    _READ.get(elements.text(resource, "resourceType"), _nothing)(resource)


def _nothing(resource: Resource) -> None:
    """Of the others nothing more is read."""


def _visit(resource: Resource) -> None:
    visits.visit_facts(resource, visits.account_number(resource, None), {})


_READ: Final[dict[str, Callable[[Resource], Any]]] = {
    "Patient": people.patient_facts,
    "Practitioner": lambda resource: people.provider_of({}, resource),
    "Encounter": _visit,
    "Coverage": lambda resource: coverages.coverage_facts(1, resource, {}),
    "DocumentReference": lambda resource: records.document_facts(resource, None, False, {}),
    "Composition": lambda resource: records.document_facts(resource, None, False, {}),
    "ChargeItem": records.charge_facts,
}
