"""What a resource refers to, as far as it decides what becomes of it here."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from coding_workflow.registration.problem import Unreadable

from .attachments import binary_key
from .elements import Resource, bounded, first, items, part, reference_keys, text
from .records import replaced_references

Found = Iterator[Any]


def references_of(resource: Resource) -> tuple[str, ...]:
    """The keys of everything that the resource's own facts need, each once."""
    keys: list[str] = []
    for reference in _READERS.get(text(resource, "resourceType"), _none)(resource):
        try:
            keys += reference_keys(reference)
        except Unreadable:  # the place that needs it says so
            continue
    return bounded(keys)


def _none(resource: Resource) -> Found:
    yield from ()


def _encounter(resource: Resource) -> Found:
    yield resource.get("subject")
    yield from items(resource.get("account"))
    yield from (part(each, "individual") for each in items(resource.get("participant")))


def _coverage(resource: Resource) -> Found:
    yield resource.get("beneficiary")
    yield first(resource.get("payor"))


def _document(resource: Resource) -> Found:
    yield resource.get("subject")
    yield encounter_reference(resource)
    yield from items(resource.get("author"))
    yield from replaced_references(resource)
    for each in items(resource.get("content")):
        if key := binary_key(part(each, "attachment")):
            yield {"reference": key}


def _charge(resource: Resource) -> Found:
    yield resource.get("subject")
    yield resource.get("context")
    yield from items(resource.get("account"))
    yield from (part(each, "actor") for each in items(resource.get("performer")))


def _hint(resource: Resource) -> Found:
    yield resource.get("subject")
    yield resource.get("encounter")


def _role(resource: Resource) -> Found:
    yield resource.get("practitioner")


def encounter_reference(resource: Resource) -> Resource:
    """The encounter of a document."""
    return part(resource, "encounter") or first(part(resource, "context").get("encounter"))


_READERS: Final[dict[str, Callable[[Resource], Found]]] = {
    "Encounter": _encounter,
    "Coverage": _coverage,
    "DocumentReference": _document,
    "Composition": _document,
    "ChargeItem": _charge,
    "Condition": _hint,
    "Procedure": _hint,
    "PractitionerRole": _role,
}
