"""Bodies: JSON read strictly, HL7 v2 and X12 as bytes. What two readers could read differently is refused, not guessed.

Measured on the framework's own parser: NUL and lone surrogates reached the database as errors, 100,000 brackets ended in a
stack overflow, of two equal keys the last one won, UTF-16 was accepted (hardening, J01 to J07).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import IO, Any, Final

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from .problems import Problem

LARGEST_JSON: Final = 1024 * 1024
LARGEST_MESSAGE: Final = 4 * 1024 * 1024
LARGEST_REMITTANCE: Final = 5 * 1024 * 1024
DEEPEST: Final = 32
#: JSON numbers that every reader keeps whole (RFC 8259, section 6).
LARGEST_NUMBER: Final = 2**53 - 1
#: A string, whole or cut off at the end, or a bracket: one pass, however the quotes stand.
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)


class StrictJson(BaseParser):
    """One object: UTF-8, at most 1 MB and 32 levels, no key twice, no NUL, no half of a pair, no NaN or Infinity."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The object; Problem 400 with what is wrong, 413 when it is too large; UnsupportedMediaType for other encodings."""
        request = (parser_context or {})["request"]
        raw = read_body(stream, request, LARGEST_JSON)
        return read_json(raw)


class Hl7Message(BaseParser):
    """A message as it came, in its own bytes."""

    media_type = "application/hl7-v2"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The bytes; Problem 413 over 4 MB."""
        request = (parser_context or {})["request"]
        return read_body(stream, request, LARGEST_MESSAGE, charsets=frozenset({"utf-8", "us-ascii", "iso-8859-1", "latin-1"}))


class X12Remittance(BaseParser):
    """A remittance as it came, in its own bytes."""

    media_type = "application/edi-x12"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The bytes; Problem 413 over 5 MB."""
        request = (parser_context or {})["request"]
        return read_body(stream, request, LARGEST_REMITTANCE, charsets=frozenset({"utf-8", "us-ascii", "iso-8859-1", "latin-1"}))


class Hl7Er7(Hl7Message):
    """The same under the type that HL7 over HTTP uses."""

    media_type = "x-application/hl7-v2+er7"


def read_body(stream: IO[bytes], request: Any, largest: int, charsets: frozenset[str] = frozenset({"utf-8"})) -> bytes:
    """The bytes of a body, whose SHA-256 the request then carries (``body_hash``)."""
    charset = request._request.content_params.get("charset", "utf-8").lower()
    if charset not in charsets or request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType(request.content_type)
    if len(request._request.META.get("CONTENT_LENGTH") or "") > len(str(largest)):
        raise _too_large(largest)
    raw = stream.read(largest + 1)
    if len(raw) > largest:
        raise _too_large(largest)
    request.body_hash = hashlib.sha256(raw).hexdigest()
    return raw


def _too_large(largest: int) -> Problem:
    return Problem(413, "body.large", f"A body has at most {largest // 1024 // 1024} MB.")


def read_json(raw: bytes) -> dict[str, Any]:
    """One JSON object. Raises Problem 400 ``body.json``, ``body.deep``, ``body.twice``, ``body.text`` or ``body.object``."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise _wrong("json", "The body is not UTF-8.") from None
    if _depth(raw) > DEEPEST:
        raise _wrong("deep", f"The body has more than {DEEPEST} levels.")
    try:
        said = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _wrong("json", "The body is not JSON.") from None
    if not isinstance(said, dict):
        raise _wrong("object", "The body is one JSON object.")
    _plain(said)
    return said


def _wrong(what: str, sentence: str) -> Problem:
    return Problem(400, f"body.{what}", sentence)


def _depth(raw: bytes) -> int:
    """How deep brackets are nested, without reading what they hold."""
    deep = deepest = 0
    for token in _TOKEN.finditer(raw):
        if not token[0].startswith(b'"'):
            deep += 1 if token[0] in b"[{" else -1
            deepest = max(deepest, deep)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) != len(pairs):
        raise _wrong("twice", "An object names a key twice.")
    return said


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _plain(value: Any) -> None:
    """Refuse text that the database cannot hold, and numbers that readers would round."""
    if isinstance(value, str):
        if "\x00" in value or not _encodes(value):
            raise _wrong("text", "Text holds no NUL and no half of a surrogate pair.")
    elif isinstance(value, dict):
        for key, held in value.items():
            _plain(key)
            _plain(held)
    elif isinstance(value, list):
        for held in value:
            _plain(held)
    elif (isinstance(value, int) and abs(value) > LARGEST_NUMBER) or value in (float("inf"), float("-inf")):
        raise _wrong("number", "A number is larger than 2^53 - 1.")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
