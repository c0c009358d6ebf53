"""Strict reading of facts from JSON: an unknown key or a wrong type is an error that names the place, never the value."""

import dataclasses
import datetime
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from . import nouns

Reader = Callable[[Any, str], Any]


class FactsError(ValueError):
    """Facts that cannot be read. ``place`` is a path such as ``diagnoses[0]``, ``key`` the name in it."""

    def __init__(self, place: str, key: str, message: str) -> None:
        super().__init__(f"{place or 'account'}: {message}")
        self.place, self.key, self.message = place, key, message


def _wrong(place: str, expected: str) -> FactsError:
    head, _, key = place.rpartition(".")
    return FactsError(head, key or place, f"{place} must be {expected}")


def text(value: Any, place: str) -> str:
    """A string, outer blanks removed; half a surrogate pair is no text, and could not be stored."""
    if not isinstance(value, str) or (not value.isascii() and _is_broken(value)):
        raise _wrong(place, "text")
    return value.strip()


def _is_broken(value: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in value)


def needed_text(value: Any, place: str) -> str:
    """A string that says something."""
    read = text(value, place)
    if not read:
        raise _wrong(place, "text that is not empty")
    return read


def code(value: Any, place: str) -> str:
    """A code, upper case, without point."""
    return needed_text(value, place).upper().replace(".", "")


def optional_code(value: Any, place: str) -> str:
    """A code or nothing."""
    return text(value, place).upper().replace(".", "")


def flag(value: Any, place: str) -> bool:
    """True or false, not 0 or 1."""
    if not isinstance(value, bool):
        raise _wrong(place, "true or false")
    return value


def whole(value: Any, place: str) -> int:
    """A whole number, not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _wrong(place, "a whole number from 0")
    return value


def amount(value: Any, place: str) -> Decimal:
    """A decimal number, given as text or as a whole number; floats lose cents and are refused.

    At most 15 digits and 9 decimals, so that it is written and read back equal.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _wrong(place, "a decimal number as text")
    try:
        read = Decimal(value)
    except InvalidOperation:
        raise _wrong(place, "a decimal number as text") from None
    if not read.is_finite() or read.adjusted() > 15 or int(read.as_tuple().exponent) < -9:
        raise _wrong(place, "a decimal number of at most 15 digits and 9 decimals")
    return read


def day(value: Any, place: str) -> datetime.date:
    """A date as YYYY-MM-DD."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    raise _wrong(place, "a date as YYYY-MM-DD")


def instant(value: Any, place: str) -> datetime.datetime:
    """A time with its offset, in ISO 8601; kept in UTC, so that the same instant is written the same way."""
    try:
        read = datetime.datetime.fromisoformat(value) if isinstance(value, str) else None
        if read is not None and read.tzinfo is not None:
            return read.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        pass  # no time at all, or one before the first or after the last day in UTC
    raise _wrong(place, "a time with offset, as 2026-05-04T10:00:00Z")


def one_of(*known: str) -> Reader:
    """One of these words."""

    def read(value: Any, place: str) -> str:
        if value not in known:
            raise _wrong(place, "one of " + ", ".join(known))
        return str(value)

    return read


def many(item: Reader) -> Reader:
    """A list of such items, as a tuple."""

    def read(value: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong(place, "a list")
        return tuple(item(entry, f"{place}[{number}]") for number, entry in enumerate(value))

    return read


def pairs(value: Any, place: str) -> tuple[tuple[str, str], ...]:
    """An object of texts, as sorted pairs."""
    if not isinstance(value, dict):
        raise _wrong(place, "an object")
    for name in value:
        text(name, place)
    return tuple(sorted((str(name), text(word, f"{place}.{name}")) for name, word in value.items()))


def shape(noun: type, **readers: Reader) -> Reader:
    """Read an object into ``noun``; the keys it may have are exactly ``readers``."""
    fields = {field.name: field for field in dataclasses.fields(noun)}
    if set(fields) != set(readers):
        raise TypeError(f"{noun.__name__}: {sorted(set(fields) ^ set(readers))}")
    needed = [name for name, field in fields.items() if field.default is dataclasses.MISSING]
    nullable = {name for name, field in fields.items() if field.default == "unstated"}

    def read(value: Any, place: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong(place, "an object")
        given: dict[str, Any] = {}
        for key, entry in value.items():
            if key not in readers:
                raise FactsError(place, str(key), f"unknown key {key!r}")
            if entry is not None:
                given[key] = readers[key](entry, f"{place}.{key}" if place else key)
            elif key in nullable:
                given[key] = None
        for name in needed:
            if name not in given:
                raise FactsError(place, name, f"{name!r} is missing")
        return noun(**given)

    return read


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
