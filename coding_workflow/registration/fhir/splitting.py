"""A file or a line as single resources: NDJSON line by line, a Bundle entry by entry, each as the text it came in."""

import json
from collections.abc import Iterator
from typing import IO, Any, Final

from coding_workflow.registration.problem import Unreadable

from . import json_text, limits

#: All of it is applied or nothing.
WHOLE: Final = frozenset({"transaction", "message", "document"})
#: Each entry stands for itself.
LOOSE: Final = frozenset({"batch", "collection", "searchset", "history"})
_PIECE: Final = 1024 * 1024
_BLANK: Final = " \t\r\n"
_decoder = json.JSONDecoder()


def lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank with their numbers, in the memory of one line.

    Of a line over the limit only the beginning comes, too short to be JSON by then: it is listed, and the next is read.
    """
    number = 0
    while head := stream.readline(limits.UNIT_BYTES + 2):
        number += 1
        if len(head) > limits.UNIT_BYTES and not head.endswith(b"\n"):
            _skip(stream)
            head = head[: limits.HEAD_BYTES]
        if head.strip():
            yield number, head.strip(b"\r\n")


def _skip(stream: IO[bytes]) -> None:
    while (piece := stream.readline(_PIECE)) and not piece.endswith(b"\n"):
        pass


def is_ndjson(first: bytes) -> bool:
    """Whether a file's first line is a whole value by itself."""
    try:
        return isinstance(json_text.loads(json_text.text_of(first)), dict)
    except Unreadable:
        return False


def split(raw: bytes) -> tuple[bytes, ...]:
    """The units of one body: resources, entries of loose Bundles, and Bundles that are all or nothing. Never refuses: what
    cannot be split is one unit, which the import lists."""
    kept = [line for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    if len(kept) > 1 and is_ndjson(kept[0]):
        return tuple(unit for line in kept for unit in units(line.strip(b"\r")))
    return units(raw)


def units(raw: bytes) -> tuple[bytes, ...]:
    """As ``split``, of one line or one JSON file."""
    try:
        text = json_text.text_of(raw)
        json_text.check_depth(text)
        kind, entries = entries_of(text) if '"entry"' in text else ("", ())
    except (Unreadable, ValueError, RecursionError):
        return (raw,)
    if kind not in LOOSE or not entries or len(entries) > limits.BUNDLE_ENTRIES:
        return (raw,)
    return tuple(entry.encode("utf-8", "surrogatepass") for entry in entries)


def entries_of(text: str) -> tuple[str, tuple[str, ...]]:
    """The type of a Bundle and its entries as they are written; an empty type for anything else. ValueError when it is not
    JSON, or names something twice."""
    at, type_, kind, entries = _after(text, 0, "{"), "", "", tuple[str, ...]()
    seen = set[str]()
    while text[at : at + 1] == '"':
        name, at = _decoder.raw_decode(text, at)
        if name in seen:
            raise ValueError
        seen.add(name)
        at = _after(text, at, ":")
        if name == "entry" and text[at : at + 1] == "[":
            entries, at = _elements(text, at)
        else:
            value, at = _decoder.raw_decode(text, at)
            type_ = value if name == "resourceType" and isinstance(value, str) else type_
            kind = value if name == "type" and isinstance(value, str) else kind
        at = _next(text, at)
    _after(text, at, "}")
    return (kind, entries) if type_ == "Bundle" else ("", ())


def _elements(text: str, at: int) -> tuple[tuple[str, ...], int]:
    at, found = _after(text, at, "["), list[str]()
    while text[at : at + 1] != "]":
        _, end = _decoder.raw_decode(text, at)
        found.append(text[at:end])
        at = _next(text, end, "]")
    return tuple(found), at + 1


def _after(text: str, at: int, mark: str) -> int:
    at = _passed(text, at)
    if text[at : at + 1] != mark:
        raise ValueError
    return _passed(text, at + 1)


def _next(text: str, at: int, end: str = "}") -> int:
    """After a comma, or at what ends the list."""
    at = _passed(text, at)
    if text[at : at + 1] == end:
        return at
    return _after(text, at, ",")


def _passed(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def resource_of(value: Any) -> tuple[dict[str, Any], str]:
    """The resource of a unit, and the address that its Bundle gives it. Refuses an entry that asks for something else than
    to create or update."""
    if not isinstance(value, dict):
        raise Unreadable("fhir.not_a_resource", "This is not a FHIR resource.")
    if "resourceType" in value:
        return value, ""
    method = (value.get("request") or {}).get("method", "PUT") if isinstance(value.get("request") or {}, dict) else ""
    if method not in {"PUT", "POST"}:
        raise Unreadable("fhir.request", "The entry asks neither to create nor to update.", "Bundle.entry.request.method")
    resource, address = value.get("resource"), value.get("fullUrl", "")
    if not isinstance(resource, dict) or not isinstance(address, str):
        raise Unreadable("fhir.not_a_resource", "The entry holds no resource.", "Bundle.entry.resource")
    return resource, address
