"""JSON as strangers send it: bounded, and only what says one thing."""

import hashlib
import json
import re
from decimal import Decimal
from typing import Any, Final, NoReturn

from coding_workflow.registration.problem import Unreadable

from . import limits

_BOM: Final = b"\xef\xbb\xbf"
#: A string, whole or cut off at the end, or a bracket: one pass that never goes back, however long strings are and quotes stand.
_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")


def text_of(raw: bytes) -> str:
    """UTF-8 with or without BOM. Refuses other encodings and what is larger than a unit may be."""
    if len(raw) > limits.UNIT_BYTES:
        raise Unreadable("fhir.too_large", "It is larger than 20 MB.")
    if raw.startswith(_WIDE) or b"\x00" in raw:
        raise Unreadable("fhir.encoding", "It holds NUL bytes or is UTF-16; FHIR is read as UTF-8.")
    try:
        return raw.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("fhir.encoding", f"Byte {error.start} is not UTF-8.") from None


def loads(text: str) -> Any:
    """The value. Refuses nesting past 32 levels, a name that stands twice in one object, NaN and Infinity, U+0000 and lone
    surrogates, and numbers of a thousand digits."""
    check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_decimal)
    except json.JSONDecodeError as error:
        raise Unreadable("fhir.json", f"This is not JSON (line {error.lineno}, column {error.colno}).") from None
    except (RecursionError, ValueError, ArithmeticError):
        raise Unreadable("fhir.json", "A number in it has more digits than can be read.") from None
    _check_letters(value)
    return value


def check_depth(text: str) -> None:
    """Refuse nesting that exhausts a parser; counted without one."""
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        mark = text[found.start()]
        if mark != '"':
            depth += 1 if mark in "[{" else -1
        if depth > limits.DEPTH:
            raise Unreadable("fhir.depth", f"It is nested deeper than {limits.DEPTH} levels.")


def canonical(value: Any) -> str:
    """The same text for the same content, whatever blanks and order of names it came with."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def indented(text: str) -> str:
    """JSON for eyes: blanks and line ends between its words, which stay as they were written. Text that is no JSON as it is."""
    try:
        check_depth(text)
        json.loads(text)
    except (Unreadable, ValueError, RecursionError):
        return text
    depth, written = 0, list[str]()
    for word in _TOKEN.findall(text):
        depth += (word in "{[") - (word in "}]")
        line = "\n" + "  " * depth
        before = line if word in "}]" else ""
        written.append(before + word + (line if word in "{[," else " " if word == ":" else ""))
    return "".join(written)


def digest(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Unreadable("fhir.json", "A name stands twice in one object.")
    return value


def _decimal(text: str) -> Decimal:
    """A number with a point or an exponent. As a whole number, 1e100000000 would be written out by whoever counts with it."""
    value = Decimal(text)
    if abs(value.adjusted()) > limits.EXPONENT:
        raise ValueError
    return value


def _no_number(text: str) -> NoReturn:
    raise Unreadable("fhir.json", "NaN and Infinity are no JSON numbers.")


def _check_letters(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, default=str)
    if re.search(r"(?<!\\)(?:\\\\)*\\u0000", text):
        raise Unreadable("fhir.letters", "A text holds the character U+0000.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Unreadable("fhir.letters", "A text holds half of a character (a lone surrogate).") from None
