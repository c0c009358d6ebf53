"""The schema as a page reads it: operations by subject, with parameters, fields, statuses and an example. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .problems import TITLES

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
        example=_example(method.upper(), path, parameters, body),
    )


def _parameter(schema: dict[str, Any], said: dict[str, Any]) -> Parameter:
    kind = _kind(schema, said["schema"])
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


def _example(method: str, path: str, parameters: tuple[Parameter, ...], body: dict[str, Any]) -> str:
    """The request as curl sends it."""
    lines = [f"curl -X {method} https://hospital.example{path}", '-H "Authorization: Bearer $TOKEN"']
    names = {parameter.name for parameter in parameters if parameter.place == "header"}
    lines += ["-H 'If-Match: \"7\"'"] if "If-Match" in names else []
    lines += ['-H "Idempotency-Key: $(uuidgen)"'] if "Idempotency-Key" in names else []
    if "application/json" in body:
        examples = body["application/json"].get("examples", {})
        said = next((each["value"] for each in examples.values()), None)
        words = json.dumps(said) if said is not None else "{...}" if body["application/json"]["schema"] else "{}"
        lines += ["-H 'Content-Type: application/json'", f"-d '{words}'"]
    elif body:
        lines += [f"-H 'Content-Type: {next(iter(body))}'", "--data-binary @message.hl7"]
    return " \\\n  ".join(lines)
