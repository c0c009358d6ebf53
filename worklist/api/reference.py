"""The schema as a page reads it: operations by subject, with parameters, fields, statuses and an example. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .problems import TITLES

_IN_PATH: Final = re.compile(r"\{(\w+)\}")
_KEYS: Final = {"account": "412", "rule": "lab.long_stay"}
_FILES: Final = {"application/edi-x12": "remittance.835"}
STATUSES: Final = tuple(sorted(TITLES.items()))
_SUBJECTS: Final = {
    "accounts": "Accounts",
    "documents": "Documents",
    "codes": "Codes",
    "queries": "Queries to providers",
    "holds": "Holds",
    "checks": "Checks",
    "releases": "Releases",
    "claims": "Claims",
    "remittances": "Remittances",
    "openings": "Restricted accounts",
    "work": "Work",
    "rules": "Rules",
    "imports": "Messages in",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter or field."""

    name: str
    place: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as it is read."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    parameters: tuple[Parameter, ...]
    fields: tuple[Parameter, ...]
    answers: tuple[tuple[str, str], ...]
    example: str


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one subject."""

    code: str
    title: str
    operations: tuple[Operation, ...]


def groups(schema: dict[str, Any]) -> list[Group]:
    """The operations of a schema by subject, in the order of an account's way."""
    found: dict[str, list[Operation]] = {code: [] for code in _SUBJECTS}
    for path, methods in schema["paths"].items():
        for method, described in methods.items():
            found[described["tags"][0]].append(_operation(schema, path, method, described))
    return [Group(code, title, tuple(found[code])) for code, title in _SUBJECTS.items()]


def _operation(schema: dict[str, Any], path: str, method: str, described: dict[str, Any]) -> Operation:
    parameters = tuple(_parameter(schema, each) for each in described.get("parameters", []))
    body = described.get("requestBody", {}).get("content", {})
    return Operation(
        id=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described["summary"],
        words=described["description"],
        parameters=parameters,
        fields=tuple(_fields(schema, body)),
        answers=tuple((status, each["description"]) for status, each in sorted(described["responses"].items())),
        example=_example(schema, method.upper(), path, parameters, body),
    )


def _parameter(schema: dict[str, Any], said: dict[str, Any]) -> Parameter:
    kind = "number" if said["in"] == "path" and said["name"] != "rule" else _kind(schema, said["schema"])
    return Parameter(said["name"], said["in"], kind, bool(said.get("required")), said.get("description", ""))


def _fields(schema: dict[str, Any], body: dict[str, Any]) -> Iterator[Parameter]:
    for media, content in body.items():
        shape = _resolved(schema, content["schema"])
        if media != "application/json":
            yield Parameter(media, "body", "bytes", True, "")
        for name, field in shape.get("properties", {}).items():
            words = field.get("description", "")
            yield Parameter(name, "body", _kind(schema, field), name in shape.get("required", []), words)


def _kind(schema: dict[str, Any], said: dict[str, Any]) -> str:
    """The type in a few words."""
    shape = _resolved(schema, said)
    if "enum" in shape:
        return " | ".join(str(value) for value in shape["enum"] if value not in ("", None))
    if shape.get("type") == "array":
        return f"list of {_kind(schema, shape['items'])}"
    if "oneOf" in shape:
        return " | ".join(filter(None, (_kind(schema, each) for each in shape["oneOf"])))
    if "properties" in shape:
        return "{" + ", ".join(shape["properties"]) + "}"
    return str(shape.get("format") or shape.get("type") or "")


def _resolved(schema: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    if "allOf" in said and len(said["allOf"]) == 1:
        said = said["allOf"][0]
    if "$ref" not in said:
        return said
    found: dict[str, Any] = schema["components"]["schemas"][said["$ref"].rsplit("/", 1)[1]]
    return found


def _example(schema: dict[str, Any], method: str, path: str, parameters: tuple[Parameter, ...], body: dict[str, Any]) -> str:
    """The request as curl sends it."""
    address = _IN_PATH.sub(lambda found: _KEYS.get(found[1], "7"), path)
    lines = [f"curl -X {method} https://hospital.example{address}", '-H "Authorization: Bearer $TOKEN"']
    names = {parameter.name for parameter in parameters if parameter.place == "header"}
    lines += ["-H 'If-Match: \"17\"'"] if "If-Match" in names else []
    lines += ['-H "Idempotency-Key: $(uuidgen)"'] if "Idempotency-Key" in names else []
    if "application/json" in body:
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(_said(schema, body['application/json']))}'"]
    elif body:
        lines += [f"-H 'Content-Type: {next(iter(body))}'", f"--data-binary @{_FILES.get(next(iter(body)), 'message.hl7')}"]
    return " \\\n  ".join(lines)


def _said(schema: dict[str, Any], content: dict[str, Any]) -> Any:
    """The example that the operation brings, else one made of its shape."""
    brought = [each["value"] for each in content.get("examples", {}).values()]
    return brought[0] if brought else _sample(schema, content["schema"])


def _sample(schema: dict[str, Any], said: dict[str, Any]) -> Any:
    """A value of a shape; of an object the required fields, all where none is required."""
    shape = _resolved(schema, said)
    if "enum" in shape:
        return shape["enum"][0]
    if "properties" in shape:
        names = shape.get("required") or list(shape["properties"])
        return {name: _sample(schema, shape["properties"][name]) for name in names}
    if shape.get("type") == "array":
        return [_sample(schema, shape["items"])]
    if shape.get("format") == "date":
        return "2026-09-30"
    return {"integer": 7, "number": 7, "boolean": True}.get(str(shape.get("type")), "...")
