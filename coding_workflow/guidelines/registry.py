"""How a rule is written down: a small function with its metadata, found by its id."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from .anchoring import DIAGNOSES, MODIFIED, Anchors
from .case import ICD_10_FROM, Case
from .facts import Facts
from .findings import Severity

OverridePolicy = Literal["none", "reason", "second"]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing a rule found; what is left empty comes from the rule. ``not_evaluated``: facts it needs are absent."""

    message: str
    subjects: tuple[str, ...] = ()
    severity: Severity | None = None
    owner: str = ""
    fix: str = ""
    reference: str = ""
    not_evaluated: bool = False


_EVERYWHERE = Anchors()
Judge = Callable[[Case], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with what an administrator sees of it. ``looks_at`` names the facts it reads.

    ``classes`` and ``payers`` are its scope, empty meaning all; ``override`` is what it takes to go past it.
    ``anchors`` is what the account must have for the rule to find anything; ``definition`` the canonical text of a rule
    made by an administrator, empty for a built-in one.
    ``starts`` and ``ends`` are the first day it is in force and the first day it no longer is, by the date that chooses the
    account's tables (discharge, or last service).
    """

    id: str
    judge: Judge
    condition: int
    reference: str
    version: int = 1
    severity: Severity = "hold"
    classes: frozenset[str] = frozenset()
    payers: frozenset[str] = frozenset()
    looks_at: tuple[str, ...] = ()
    owner: str = "coding"
    fix: str = "diagnoses"
    override: OverridePolicy = "none"
    anchors: Anchors = _EVERYWHERE
    definition: str = ""
    starts: datetime.date | None = None
    ends: datetime.date | None = None

    def covers(self, facts: Facts) -> bool:
        """Whether the account is in the rule's scope, on its date. Without a date the rules still in force apply."""
        in_class = not self.classes or facts.patient_class in self.classes
        in_scope = in_class and (not self.payers or facts.payer.kind in self.payers)
        return in_scope and self.in_force(facts.tables_date or datetime.date.max)

    def in_force(self, on: datetime.date) -> bool:
        """Whether the rule judges accounts of this date."""
        return (self.starts is None or self.starts <= on) and (self.ends is None or on < self.ends)


REGISTRY: dict[str, Rule] = {}


def register(rule: Rule) -> Rule:
    """Add a built-in rule; an id is given once."""
    if rule.id in REGISTRY:
        raise ValueError(f"rule {rule.id} is registered twice")
    REGISTRY[rule.id] = rule
    return rule


def rule(
    id: str,
    *,
    condition: int,
    reference: str,
    version: int = 1,
    severity: Severity = "hold",
    classes: Iterable[str] = (),
    payers: Iterable[str] = (),
    looks_at: tuple[str, ...] = ("diagnoses",),
    owner: str = "coding",
    fix: str = "diagnoses",
    override: OverridePolicy = "none",
    starts: datetime.date | None = None,
    ends: datetime.date | None = None,
    codes: Iterable[str] = (),
    modified: bool = False,
) -> Callable[[Judge], Judge]:
    """Register the function below as a built-in rule.

    ``codes`` are beginnings of diagnosis codes: an account without any of them is not shown to the rule, which must have
    nothing to say about it (``tests/guidelines/test_index.py``). Empty: every account in scope is shown. ``modified``: only
    accounts with a modifier on a service are.
    """

    def keep(judge: Judge) -> Judge:
        scope = frozenset(classes), frozenset(payers)
        anchors = Anchors(frozenset([*(DIAGNOSES + code for code in codes), *([MODIFIED] if modified else [])]))
        kept = (version, severity, *scope, looks_at, owner, fix, override, anchors)
        register(Rule(id, judge, condition, reference, *kept, starts=starts, ends=ends))
        return judge

    return keep


def guideline(
    id: str,
    section: str,
    *,
    version: int = 1,
    severity: Severity = "hold",
    classes: Iterable[str] = (),
    looks_at: tuple[str, ...] = ("diagnoses",),
    override: OverridePolicy = "none",
    starts: datetime.date = ICD_10_FROM,
    ends: datetime.date | None = None,
    codes: Iterable[str] = (),
) -> Callable[[Judge], Judge]:
    """Register the function below as a rule of the ICD-10-CM Official Guidelines: condition 4, from the first day of ICD-10 on.

    ``section`` is that of the Guidelines of fiscal year 2026.
    """
    return rule(
        id,
        condition=4,
        reference=f"ICD-10-CM Official Guidelines {section}",
        version=version,
        severity=severity,
        classes=classes,
        looks_at=looks_at,
        override=override,
        starts=starts,
        ends=ends,
        codes=codes,
    )
