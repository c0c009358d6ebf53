"""Strict reading of facts from JSON: an unknown key or a wrong type is an error that names the place, never the value."""

import dataclasses
import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from . import nouns

Reader = Callable[[Any], Any]


class FactsError(ValueError):
    """Facts that cannot be read. ``place`` is a path such as ``diagnoses[0]``, ``key`` the name in it."""

    def __init__(self, place: str, key: str, message: str) -> None:
        super().__init__(f"{place or 'account'}: {message}")
        self.place, self.key, self.message = place, key, message


class _Wrong(Exception):
    """A value that is not what it must be. Where it stands is put together on the way out: only a fault pays for it."""

    def __init__(self, expected: str = "", *, key: str = "", message: str = "") -> None:
        super().__init__(expected or message)
        self.expected, self.key, self.message = expected, key, message
        #: From the inside outwards: keys, and numbers in lists.
        self.steps: list[str | int] = []

    def as_error(self) -> FactsError:
        """The error with its place, a path such as ``lines[2].charge``."""
        place = ""
        for step in reversed(self.steps):
            if isinstance(step, int):
                place += f"[{step}]"
            else:
                place += f".{step}" if place else step
        if not self.expected:
            return FactsError(place, self.key, self.message)
        head, _, key = place.rpartition(".")
        return FactsError(head, key or place, f"{place} must be {self.expected}")


def outermost(reader: Reader) -> Reader:
    """The same reader, whose faults name their place (FactsError)."""

    def read(value: Any) -> Any:
        try:
            return reader(value)
        except _Wrong as wrong:
            raise wrong.as_error() from None

    return read


def text(value: Any) -> str:
    """A string, outer blanks removed; half a surrogate pair is no text, and could not be stored."""
    if not isinstance(value, str) or (not value.isascii() and _is_broken(value)):
        raise _Wrong("text")
    return value.strip()


def _is_broken(value: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in value)


def needed_text(value: Any) -> str:
    """A string that says something."""
    read = text(value)
    if not read:
        raise _Wrong("text that is not empty")
    return read


def code(value: Any) -> str:
    """A code, upper case, without point."""
    return needed_text(value).upper().replace(".", "")


def optional_code(value: Any) -> str:
    """A code or nothing."""
    return text(value).upper().replace(".", "")


def flag(value: Any) -> bool:
    """True or false, not 0 or 1."""
    if not isinstance(value, bool):
        raise _Wrong("true or false")
    return value


def whole(value: Any) -> int:
    """A whole number, not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _Wrong("a whole number from 0")
    return value


def amount(value: Any) -> Decimal:
    """A decimal number, given as text or as a whole number; floats lose cents and are refused.

    At most 15 digits and 9 decimals, so that it is written and read back equal.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _Wrong("a decimal number as text")
    try:
        read = Decimal(value)
    except InvalidOperation:
        raise _Wrong("a decimal number as text") from None
    if not read.is_finite() or read.adjusted() > 15 or int(read.as_tuple().exponent) < -9:
        raise _Wrong("a decimal number of at most 15 digits and 9 decimals")
    return read


def day(value: Any) -> datetime.date:
    """A date as YYYY-MM-DD."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    raise _Wrong("a date as YYYY-MM-DD")


def instant(value: Any) -> datetime.datetime:
    """A time with its offset, in ISO 8601; kept in UTC, so that the same instant is written the same way."""
    try:
        read = datetime.datetime.fromisoformat(value) if isinstance(value, str) else None
        if read is not None and read.tzinfo is not None:
            return read.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        pass  # no time at all, or one before the first or after the last day in UTC
    raise _Wrong("a time with offset, as 2026-05-04T10:00:00Z")


def one_of(*known: str) -> Reader:
    """One of these words."""

    def read(value: Any) -> str:
        if value not in known:
            raise _Wrong("one of " + ", ".join(known))
        return str(value)

    return read


def many(item: Reader) -> Reader:
    """A list of such items, as a tuple."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _Wrong("a list")
        found: list[Any] = []
        try:
            for entry in value:
                found.append(item(entry))
        except _Wrong as wrong:
            wrong.steps.append(len(found))
            raise
        return tuple(found)

    return read


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """An object of texts, as sorted pairs."""
    if not isinstance(value, dict):
        raise _Wrong("an object")
    for name in value:
        text(name)
    return tuple(sorted((str(name), _named(text, word, name)) for name, word in value.items()))


def _named(reader: Reader, entry: Any, name: str) -> Any:
    try:
        return reader(entry)
    except _Wrong as wrong:
        wrong.steps.append(name)
        raise


def shape(noun: type, **readers: Reader) -> Reader:
    """Read an object into ``noun``; the keys it may have are exactly ``readers``."""
    fields = {field.name: field for field in dataclasses.fields(noun)}
    if set(fields) != set(readers):
        raise TypeError(f"{noun.__name__}: {sorted(set(fields) ^ set(readers))}")
    known = frozenset(fields)
    needed = [name for name, field in fields.items() if field.default is dataclasses.MISSING]
    nullable = {name for name, field in fields.items() if field.default == "unstated"}

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _Wrong("an object")
        _refuse_keys(value, known, needed)
        given: dict[str, Any] = {}
        key = ""
        try:
            for key, entry in value.items():
                if entry is not None:
                    given[key] = readers[key](entry)
                elif key in nullable:
                    given[key] = None
        except _Wrong as wrong:
            wrong.steps.append(key)
            raise
        return noun(**given)

    return read


def _refuse_keys(value: dict[Any, Any], known: frozenset[str], needed: Sequence[str]) -> None:
    if not known.issuperset(value):
        key = next(key for key in value if key not in known)
        raise _Wrong(key=str(key), message=f"unknown key {key!r}")
    for name in needed:
        if value.get(name) is None:
            raise _Wrong(key=name, message=f"{name!r} is missing")


EVIDENCE = shape(nouns.Evidence, document=needed_text, start=whole, end=whole, quote=text, reconfirm=flag)
DIAGNOSIS = shape(
    nouns.Diagnosis,
    code=code,
    poa=text,
    evidence=many(EVIDENCE),
    coder=text,
    system=one_of("ICD-10-CM", "ICD-9-CM-DX"),
    queried=flag,
    copied=flag,
)
