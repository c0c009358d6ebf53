"""How a rule is written down: a small function with its metadata, found by its id."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from .anchoring import Anchors
from .case import Case
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

    def covers(self, facts: Facts) -> bool:
        """Whether the account is in the rule's scope."""
        in_class = not self.classes or facts.patient_class in self.classes
        return in_class and (not self.payers or facts.payer.kind in self.payers)


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
) -> Callable[[Judge], Judge]:
    """Register the function below as a built-in rule."""

    def keep(judge: Judge) -> Judge:
        scope = frozenset(classes), frozenset(payers)
        register(Rule(id, judge, condition, reference, version, severity, *scope, looks_at, owner, fix, override))
        return judge

    return keep
