"""Canonical text of facts: sorted keys, no blanks, nothing that equals its default, so that equal facts are equal bytes."""

import dataclasses
import datetime
import hashlib
import json
from decimal import Decimal
from functools import cache
from typing import Any

from .nouns import Facts


@cache
def _fields(noun: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in dataclasses.fields(noun))


def plain(value: Any) -> Any:
    """JSON values for a noun, a tuple of nouns, a date, an instant or a decimal."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(entry) for entry in value]
    return _object(value)


def _object(noun: Any) -> dict[str, Any]:
    given = {}
    kind: Any = type(noun)
    for name, default in _fields(kind):
        value = getattr(noun, name)
        if default is dataclasses.MISSING or value != default:
            given[name] = dict(value) if name == "sources" else plain(value)
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
