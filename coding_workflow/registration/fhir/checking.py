"""Whether a resource is FHIR R4: types and cardinality by the classes of fhir.resources, required bindings by ourselves.

The classes leave the codes of required bindings unchecked. Their own messages hold values of what came and are not used.
"""

import functools
import re
from typing import Any, Final

from coding_workflow.registration.problem import Unreadable

from . import json_text, limits
from .elements import Resource, items, part, text

#: What is read, and how: by kind of effect.
RECORDS: Final = frozenset({"DocumentReference", "Composition"})
HINTS: Final = frozenset({"Condition", "Procedure"})
DIRECTORY: Final = frozenset({"Organization", "Practitioner", "PractitionerRole", "Location", "Binary"})
READ: Final = frozenset({"Patient", "Encounter", "Coverage", "Account", "ChargeItem"}) | RECORDS | HINTS | DIRECTORY

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_USES: Final = frozenset(
    {"usual", "official", "temp", "nickname", "anonymous", "old", "maiden", "secondary", "home", "work", "billing"}
)
_FINANCIAL: Final = frozenset({"active", "cancelled", "draft", "entered-in-error"})
_EVENT: Final = frozenset(
    {"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"}
)
#: Required bindings of the elements that are read: path to codes. A step into a list means each of it.
_BINDINGS: Final[dict[str, frozenset[str]]] = {
    "Patient.gender": frozenset({"male", "female", "other", "unknown"}),
    "Patient.name.use": _USES,
    "Patient.address.use": _USES,
    "Patient.identifier.use": _USES,
    "Practitioner.gender": frozenset({"male", "female", "other", "unknown"}),
    "Encounter.status": frozenset(
        {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"}
    ),
    "Coverage.status": _FINANCIAL,
    "Account.status": frozenset({"active", "inactive", "entered-in-error", "on-hold", "unknown"}),
    "ChargeItem.status": frozenset({"planned", "billable", "not-billable", "aborted", "billed", "entered-in-error", "unknown"}),
    "DocumentReference.status": frozenset({"current", "superseded", "entered-in-error"}),
    "DocumentReference.docStatus": frozenset({"preliminary", "final", "amended", "entered-in-error"}),
    "DocumentReference.relatesTo.code": frozenset({"replaces", "transforms", "signs", "appends"}),
    "Composition.status": frozenset({"preliminary", "final", "amended", "entered-in-error"}),
    "Composition.attester.mode": frozenset({"personal", "professional", "legal", "official"}),
    "Composition.relatesTo.code": frozenset({"replaces", "transforms", "signs", "appends"}),
    "Procedure.status": _EVENT,
}
_BUNDLES: Final = frozenset(
    {
        "document",
        "message",
        "transaction",
        "transaction-response",
        "batch",
        "batch-response",
        "history",
        "searchset",
        "collection",
    }
)


def check(resource: Resource) -> tuple[str, ...]:
    """Refuse what is not R4; answers flags of what was let pass.

    An empty list is no R4 (a list is there or not), but much of what is sent has them: they count as absent, and are flagged.
    """
    kind = text(resource, "resourceType")
    if not _NAME.fullmatch(kind):
        raise Unreadable("fhir.not_a_resource", "It does not say which resource it is.", "resourceType")
    if len(json_text.canonical(resource)) > limits.RESOURCE_CHARACTERS:
        raise Unreadable("fhir.too_large", "The resource is larger than 5 MB.", kind)
    _refuse_null(resource, kind)
    model = _model(kind)
    try:
        model.model_validate(resource)
    except (ValueError, TypeError, LookupError, ArithmeticError, AssertionError, RecursionError) as error:
        raise Unreadable("fhir.shape", *_what(kind, error)) from None
    for path, codes in _BINDINGS.items():
        if path.startswith(f"{kind}."):
            _check_binding(resource, path, codes)
    return ("empty_list",) if _has_empty_list(resource) else ()


def check_bundle(bundle: Resource) -> str:
    """The type of a Bundle; its entries are checked one by one. Refuses one without type or with too many entries."""
    kind, entries = text(bundle, "type"), bundle.get("entry", [])
    if kind not in _BUNDLES:
        raise Unreadable("fhir.code", "The Bundle does not say its type in a word of R4.", "Bundle.type")
    if not isinstance(entries, list) or not entries:
        raise Unreadable("fhir.empty", "The Bundle holds no entry.", "Bundle.entry")
    if len(entries) > limits.BUNDLE_ENTRIES:
        raise Unreadable(
            "fhir.too_many_entries", f"The Bundle holds more than {limits.BUNDLE_ENTRIES:,} entries.", "Bundle.entry"
        )
    return kind


@functools.cache
def _model(kind: str) -> Any:
    # Slow to import (the whole of pydantic's models); processes that read no FHIR do not pay for it.
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415

    try:
        return get_fhir_model_class(kind)
    except LookupError:
        raise Unreadable("fhir.not_a_resource", "R4 has no resource of this name.", "resourceType") from None


def _what(kind: str, error: Exception) -> tuple[str, str]:
    """Sentence and place, from the places and types of the class's messages alone."""
    found = error.errors(include_input=False, include_url=False, include_context=False) if hasattr(error, "errors") else []
    if not found:
        return "It does not have the shape that R4 gives this resource.", kind
    steps = [str(step) for step in found[0]["loc"]]
    unknown = found[0]["type"] == "extra_forbidden"
    place = ".".join([kind, *(step for step in (steps[:-1] if unknown else steps) if step.isdigit() or _NAME.fullmatch(step))])
    if unknown:
        return "It holds an element that R4 does not have here.", place
    if "missing" in found[0]["type"]:
        return "An element that R4 requires is missing.", place
    return "An element has another type, shape or number than R4 gives it.", place


def _check_binding(resource: Resource, path: str, codes: frozenset[str]) -> None:
    *steps, last = path.split(".")[1:]
    found = [resource]
    for step in steps:
        found = [inner for each in found for inner in (items(each.get(step)) or [part(each, step)])]
    for each in found:
        if last not in each and path.endswith(".status") and not steps:
            raise Unreadable("fhir.code", "The status is left out, and nothing can be done without it.", path)
        if last in each and each[last] not in codes:
            raise Unreadable("fhir.code", "The code is none of those that R4 allows here.", path)


def _refuse_null(value: Any, place: str) -> None:
    """An element that is not said is left out; null stands in lists only, for a value that has extensions alone."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if inner is None:
            raise Unreadable("fhir.shape", "It holds null where R4 leaves an element out.", _step(place, name))
        _refuse_null(inner, _step(place, name))
    for inner in value if isinstance(value, list) else ():
        _refuse_null(inner, place)


def _step(place: str, name: str) -> str:
    return f"{place}.{name}" if _NAME.fullmatch(name) else place


def _has_empty_list(value: Any) -> bool:
    if isinstance(value, list):
        return not value or any(_has_empty_list(item) for item in value)
    return isinstance(value, dict) and any(_has_empty_list(item) for item in value.values())
