"""Canonical text of facts: sorted keys, no blanks, nothing that equals its default, so that equal facts are equal bytes."""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, Final

from .nouns import Facts


@cache
def _fields(noun: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in dataclasses.fields(noun))


def _amount(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _instant(value: datetime.datetime) -> str:
    return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def _many(value: tuple[Any, ...]) -> list[Any]:
    return [plain(entry) for entry in value]


#: By exact type: what an account has most of is found at once.
_AS_IT_IS: Final = frozenset({str, int, bool, NoneType})
_WRITTEN: Final[dict[type, Callable[[Any], Any]]] = {
    Decimal: _amount,
    datetime.datetime: _instant,
    datetime.date: datetime.date.isoformat,
    tuple: _many,
}


def plain(value: Any) -> Any:
    """JSON values for a noun, a tuple of nouns, a date, an instant or a decimal."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    written = _WRITTEN.get(kind)
    if written is not None:
        return written(value)
    # A word of a choice is a kind of text, and is written as one.
    return value if isinstance(value, (str, int)) else _object(value)


def _object(noun: Any) -> dict[str, Any]:
    given = {}
    kind: Any = type(noun)
    for name, default in _fields(kind):
        value = getattr(noun, name)
        if value is default or value == default:
            continue
        given[name] = dict(value) if name == "sources" else value if type(value) is str else plain(value)
    return given


def facts_to_json(facts: Facts) -> str:
    """The canonical text that is stored, hashed and printed on certificates; ``facts_from_json`` reads it back equal."""
    return json.dumps(_object(facts), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(canonical: str) -> str:
    """``sha256:`` and the hexadecimal digest of canonical text in UTF-8."""
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def facts_hash(facts: Facts) -> str:
    """Hash of the canonical text."""
    return sha256(facts_to_json(facts))
