"""Reading the parts that every resource has: codings, identifiers, names, references. Absent parts are empty."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from coding_workflow.registration.problem import Unreadable

from . import json_text, limits

Resource = dict[str, Any]

_LITERAL: Final = re.compile(r"(?:.*/)?([A-Z][A-Za-z]{1,39})/([A-Za-z0-9.\-]{1,64})(?:/_history/[A-Za-z0-9.\-]{1,64})?")
_CONDITIONAL: Final = re.compile(r"([A-Z][A-Za-z]{1,39})\?identifier=([^|&]*)\|([^|&]+)")
_NAME_USES: Final = ("official", "usual", None)


def items(value: Any) -> list[Resource]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def first(value: Any) -> Resource:
    """The first object of a list, or an empty one."""
    return next(iter(items(value)), {})


def part(value: Any, *names: str) -> Resource:
    """An object inside an object, or an empty one."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def text(value: Any, name: str) -> str:
    """A text of an object without blanks around it, or an empty one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found.strip() if isinstance(found, str) else ""


def codes(concept: Any) -> tuple[str, ...]:
    """The codes of a CodeableConcept in their order."""
    return tuple(code for coding in items(part({"of": concept}, "of").get("coding")) if (code := text(coding, "code")))


def code_of(concept: Any, *systems: str) -> str:
    """The first code of one of these systems, compared without case and version."""
    wanted = {system.lower() for system in systems}
    codings = items(part({"of": concept}, "of").get("coding"))
    return next((text(coding, "code") for coding in codings if text(coding, "system").lower().rstrip("/") in wanted), "")


def words(concept: Any) -> str:
    """What people call it."""
    own = part({"of": concept}, "of")
    return text(own, "text") or next((name for coding in items(own.get("coding")) if (name := text(coding, "display"))), "")


def name_of(resource: Resource) -> Resource:
    """The name to be used: official, else usual, else one without a use, else the first."""
    names = items(resource.get("name"))
    return next((name for use in _NAME_USES for name in names if name.get("use") == use), next(iter(names), {}))


def given(name: Resource) -> list[str]:
    """Given names in their order."""
    value = name.get("given")
    return [part.strip() for part in value if isinstance(part, str) and part.strip()] if isinstance(value, list) else []


def extension(resource: Any, url: str) -> Resource:
    """The extension of this address, or an empty one."""
    return next(iter(extensions(resource, url)), {})


def extensions(resource: Any, url: str) -> list[Resource]:
    """Every extension of this address."""
    return [each for each in items(part({"of": resource}, "of").get("extension")) if each.get("url") == url]


def identifiers(resource: Resource) -> Iterator[tuple[str, str, Resource]]:
    """System, value and the whole of each identifier that has a value; some resources have one only."""
    said = resource.get("identifier")
    every = [*items(said), *([said] if isinstance(said, dict) else [])]
    master = resource.get("masterIdentifier")
    for each in [*([master] if isinstance(master, dict) else []), *every]:
        if value := text(each, "value"):
            yield text(each, "system"), value, each


def contained(resource: Resource, reference: Any) -> Resource:
    """What a reference like ``#p1`` means: a resource that came inside this one."""
    said = text(reference, "reference")
    if not said.startswith("#"):
        return {}
    return next((each for each in items(resource.get("contained")) if text(each, "id") == said[1:]), {})


def reference_keys(reference: Any, *types: str) -> tuple[str, ...]:
    """The keys under which another resource can be the one that is meant; none for a reference that says nothing of use.

    Literal, absolute and conditional references and those by identifier. ``types`` are those that the place may hold;
    anything else is refused.
    """
    said = text(reference, "reference")
    literal, conditional = _LITERAL.fullmatch(said), _CONDITIONAL.fullmatch(said)
    named_type = literal or conditional
    kind = named_type.group(1) if named_type else text(reference, "type")
    if types and kind and kind not in types:
        raise Unreadable("fhir.reference", f"It refers to a resource of another type than {' or '.join(types)}.")
    keys = [f"{kind}/{literal.group(2)}"] if literal else [said] if said.startswith("urn:") else []
    if conditional:
        keys.append(f"{kind}|{conditional.group(2)}|{conditional.group(3)}")
    named = part(reference, "identifier")
    if value := text(named, "value"):
        keys += [f"{each}|{text(named, 'system')}|{value}" for each in ([kind] if kind else types)]
    return bounded(keys)


def aliases(resource: Resource, address: str = "") -> tuple[str, ...]:
    """The keys under which others may refer to a resource; the first is its own."""
    kind, own = text(resource, "resourceType"), text(resource, "id")
    keys = [f"{kind}/{own}"] if own else []
    keys += [f"{kind}|{system}|{value}" for system, value, _ in identifiers(resource)]
    literal = _LITERAL.fullmatch(address)
    if literal and literal.group(1) == kind:
        keys.insert(0 if not own else len(keys), f"{kind}/{literal.group(2)}")
    elif address.startswith("urn:"):
        keys.append(address)
    return bounded(keys or [f"{kind}#{json_text.digest(json_text.canonical(resource))}"])


def bounded(keys: Sequence[str]) -> tuple[str, ...]:
    """Keys that fit; a longer one by its hash. Each once."""
    fitting = (key if len(key) <= limits.KEY_CHARACTERS else f"sha256:{json_text.digest(key)}" for key in keys)
    return tuple(dict.fromkeys(fitting))
