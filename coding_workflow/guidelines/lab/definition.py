"""A rule as an administrator writes it: frozen data, nothing that runs."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Union

from coding_workflow.guidelines.findings import Severity
from coding_workflow.guidelines.registry import OverridePolicy


@dataclass(frozen=True, slots=True)
class Moment:
    """A day relative to the stay: ``days`` after admission or discharge, before it where negative."""

    of: str
    days: int = 0


One = str | bool | int | Decimal | Moment
#: None where the operator takes no value; a tuple for lists and pairs.
Value = One | tuple[One, ...] | None


@dataclass(frozen=True, slots=True)
class Test:
    """One question to one item of a collection."""

    attribute: str
    operator: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many items of a collection pass all tests; at least one bound is given."""

    of: str
    where: tuple[Test, ...] = ()
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the account itself."""

    field: str
    operator: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Group:
    """``all`` of the clauses, ``any`` of them, or ``none``."""

    kind: Literal["all", "any", "none"]
    clauses: tuple["Clause", ...]


Clause = Union[Group, Count, Asked]  # noqa: UP007 - Group names it before it exists


@dataclass(frozen=True, slots=True)
class Scope:
    """The accounts that a rule is about; an empty list means all."""

    classes: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole rule. ``starts`` and ``ends`` (first day no longer) bound the date that chooses the tables."""

    title: str
    condition: int
    when: Clause
    message: str
    reference: str
    severity: Severity = "hold"
    scope: Scope = Scope()
    starts: datetime.date | None = None
    ends: datetime.date | None = None
    owner: str = "coding"
    fix: str = "diagnoses"
    override: OverridePolicy = "none"
