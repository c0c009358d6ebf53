"""Strict reading of a rule from JSON text. An error names the place, as in ``when.all[1].count.where[0].value``."""

import datetime
import json
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from . import vocabulary
from .definition import Asked, Clause, Count, Definition, Group, Moment, One, Scope, Test, Value
from .vocabulary import Attribute

#: Longer text is not looked at; deeper nesting is no rule (``limits`` allows less, and says so kindly).
MAX_CHARACTERS = 300_000
_DEEPEST = 25
_LONGEST = 2_000
_SHOWN = 40


class DefinitionError(ValueError):
    """Text that is no rule. ``place`` is a path, ``message`` a sentence."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place or 'rule'}: {message}")
        self.place, self.message = place, message


def definition_from_json(text: str) -> Definition:
    """The rule that the text holds. Raises ``DefinitionError`` for anything unknown, missing or of another type.

    What it reads may still break a limit: ask ``limits.faults``.
    """
    return definition_from_plain(parsed(text), "")


def parsed(text: str) -> Any:
    """JSON values; a key given twice, a number with an exponent or point, NaN, and text that is too long are refused."""
    if len(text) > MAX_CHARACTERS:
        raise DefinitionError("", f"The text is longer than {MAX_CHARACTERS:,} characters.")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
    except DefinitionError:
        raise
    except (ValueError, RecursionError):
        raise DefinitionError("", "The text is not JSON.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise DefinitionError("", f"The key “{shown(key)}” is given twice.")
        made[key] = value
    return made


def _no_float(word: str) -> Any:
    raise DefinitionError("", "Decimal numbers are written as text, as in “1.50”.")


def refuse_unstorable(raw: Any, place: str) -> None:
    """Raise ``DefinitionError`` with the place of a text or key that could not be stored: half a character, or a NUL."""
    waiting = [(raw, place)]
    while waiting:
        value, at = waiting.pop()
        if isinstance(value, str) and not _storable(value):
            raise DefinitionError(at, "The text holds half a character or a NUL, which cannot be kept; write it again.")
        if isinstance(value, list):
            waiting += [(each, f"{at}[{number}]") for number, each in enumerate(value)]
        if isinstance(value, dict):
            broken = next((key for key in value if not _storable(key)), None)
            if broken is not None:
                raise DefinitionError(at, f"The key “{shown(broken)}” holds half a character or a NUL, which cannot be kept.")
            waiting += [(each, join(at, shown(key))) for key, each in value.items()]


def _storable(text: str) -> bool:
    return (text.isascii() and "\0" not in text) or not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def shown(word: Any) -> str:
    """A foreign word as an error may repeat it: short, and only what can be printed."""
    kept = "".join(letter for letter in str(word)[:_SHOWN] if letter.isprintable())
    return kept if len(str(word)) <= _SHOWN else f"{kept}…"


def definition_from_plain(raw: Any, place: str) -> Definition:
    """The rule in decoded JSON values."""
    given = _object(raw, place, _READERS, needed=("title", "condition", "when", "message", "reference"))
    return Definition(**given)


def _object(raw: Any, place: str, readers: dict[str, Callable[[Any, str], Any]], needed: Iterable[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise DefinitionError(place, "This must be an object.")
    for key in raw:
        if key not in readers:
            raise DefinitionError(join(place, shown(key)), "A rule has no such part.")
    for key in needed:
        if raw.get(key) is None:
            raise DefinitionError(join(place, key), "This is missing.")
    return {key: readers[key](value, join(place, key)) for key, value in raw.items() if value is not None}


def join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _text(raw: Any, place: str) -> str:
    if not isinstance(raw, str):
        raise DefinitionError(place, "This must be text.")
    if len(raw) > _LONGEST:
        raise DefinitionError(place, f"The text is longer than {_LONGEST:,} characters.")
    if any(unicodedata.category(letter).startswith("C") for letter in raw):
        raise DefinitionError(
            place, "The text holds a character that cannot be seen, such as a line break or a control character."
        )
    return raw.strip()


def _one_of(known: Iterable[str]) -> Callable[[Any, str], str]:
    words = tuple(known)

    def read(raw: Any, place: str) -> str:
        if not isinstance(raw, str) or raw not in words:
            raise DefinitionError(place, f"This must be one of {', '.join(words)}.")
        return raw

    return read


def _list_of(item: Callable[[Any, str], Any]) -> Callable[[Any, str], tuple[Any, ...]]:
    def read(raw: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise DefinitionError(place, "This must be a list.")
        return tuple(item(each, f"{place}[{at}]") for at, each in enumerate(raw))

    return read


def _words_of(item: Callable[[Any, str], str]) -> Callable[[Any, str], tuple[str, ...]]:
    """A list in which order and repetition mean nothing."""
    many = _list_of(item)
    return lambda raw, place: tuple(sorted(set(many(raw, place))))


def _whole(raw: Any, place: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise DefinitionError(place, "This must be a whole number.")
    return raw


def _amount(raw: Any, place: str) -> Decimal:
    try:
        read = Decimal(raw) if isinstance(raw, str) or type(raw) is int else None
    except InvalidOperation:
        read = None
    if read is None or not read.is_finite() or read.adjusted() > 15 or read.as_tuple().exponent < -6:  # type: ignore[operator]
        raise DefinitionError(place, "This must be a decimal number as text, as in “1.50”.")
    return read.normalize() + 0


def _date(raw: Any, place: str) -> datetime.date:
    try:
        if isinstance(raw, str) and len(raw) == 10:
            return datetime.date.fromisoformat(raw)
    except ValueError:
        pass
    raise DefinitionError(place, "This must be a date as YYYY-MM-DD.")


def _flag(raw: Any, place: str) -> bool:
    if not isinstance(raw, bool):
        raise DefinitionError(place, "This must be true or false.")
    return raw


def _moment(raw: Any, place: str) -> Moment:
    readers = {"of": _one_of(vocabulary.MOMENTS), "days": _whole}
    return Moment(**_object(raw, place, readers, needed=("of",)))


def _code(raw: Any, place: str) -> str:
    """A code, or a range of codes, in capitals and without points."""
    return _text(raw, place).upper().replace(".", "").replace(" ", "")


_ONE: dict[str, Callable[[Any, str], One]] = {
    "code": _code,
    "text": _text,
    "whole": _whole,
    "amount": _amount,
    "flag": _flag,
    "date": _moment,
}


def _reader(attribute: Attribute) -> Callable[[Any, str], One]:
    if attribute.kind == "word":
        return _one_of(value for value, _ in attribute.choices)
    return _ONE[attribute.kind]


def _value(attribute: Attribute, operator: str, raw: Any, place: str) -> Value:
    takes, read = vocabulary.OPERATORS[operator].takes, _reader(attribute)
    if takes == "nothing":
        if raw is not None:
            raise DefinitionError(place, "This question takes no value.")
        return None
    if raw is None:
        raise DefinitionError(place, "This is missing.")
    if takes == "one":
        return read(raw, place)
    values = _list_of(read)(raw, place)
    if takes == "pair" and len(values) != 2:
        raise DefinitionError(place, "This must be two values, the lower first.")
    return values if takes == "pair" else tuple(sorted(set(values), key=str))


def _question(raw: dict[str, Any], known: dict[str, Attribute], key: str, place: str) -> tuple[str, str, Value]:
    for name in raw:
        if name not in {key, "is", "value"}:
            raise DefinitionError(join(place, shown(name)), "A question has no such part.")
    asked = raw.get(key)
    if not isinstance(asked, str) or asked not in known:
        raise DefinitionError(join(place, key), f"There is no “{shown(asked)}” that a rule can ask about here.")
    operator = _one_of(known[asked].operators)(raw.get("is"), join(place, "is"))
    return asked, operator, _value(known[asked], operator, raw.get("value"), join(place, "value"))


def _test_of(collection: str) -> Callable[[Any, str], Test]:
    known = vocabulary.COLLECTIONS[collection].attributes

    def read(raw: Any, place: str) -> Test:
        if not isinstance(raw, dict):
            raise DefinitionError(place, "This must be an object.")
        return Test(*_question(raw, known, "attribute", place))

    return read


def _count(raw: Any, place: str) -> Count:
    of = _one_of(vocabulary.COLLECTIONS)(raw.get("of") if isinstance(raw, dict) else None, join(place, "of"))
    readers = {"of": _text, "where": _list_of(_test_of(of)), "at_least": _whole, "at_most": _whole}
    return Count(**_object(raw, place, readers, needed=("of",)))


def clause_from_plain(raw: Any, place: str, depth: int = 0) -> Clause:
    """One clause in decoded JSON values."""
    if depth > _DEEPEST:
        raise DefinitionError(place, "The clauses are nested too deeply.")
    if not isinstance(raw, dict):
        raise DefinitionError(place, "A clause must be an object.")
    if "field" in raw:
        return Asked(*_question(raw, vocabulary.FIELDS, "field", place))
    if len(raw) != 1:
        raise DefinitionError(place, "A clause is one of all, any, none, count or field.")
    ((kind, inner),) = raw.items()
    if kind == "count":
        return _count(inner, join(place, kind))
    if kind not in {"all", "any", "none"}:
        raise DefinitionError(join(place, shown(kind)), "A clause is one of all, any, none, count or field.")
    return Group(kind, _list_of(lambda each, at: clause_from_plain(each, at, depth + 1))(inner, join(place, kind)))


def _scope(raw: Any, place: str) -> Scope:
    readers = {
        "classes": _words_of(_one_of(word for word, _ in vocabulary.CLASSES)),
        "payers": _words_of(_one_of(word for word, _ in vocabulary.PAYERS)),
        "services": _words_of(_text),
    }
    return Scope(**_object(raw, place, readers, needed=()))


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "title": _text,
    "condition": _whole,
    "severity": _one_of(word for word, _ in vocabulary.SEVERITIES),
    "scope": _scope,
    "starts": _date,
    "ends": _date,
    "when": clause_from_plain,
    "message": _text,
    "reference": _text,
    "owner": _one_of(word for word, _ in vocabulary.OWNERS),
    "fix": _one_of(word for word, _ in vocabulary.FIXES),
    "override": _one_of(word for word, _ in vocabulary.OVERRIDES),
}
