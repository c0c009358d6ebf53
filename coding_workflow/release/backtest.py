"""The core of a backtest: one rule in two versions, asked about stored facts. Pure but for the tables."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from coding_workflow.guidelines.anchoring import Anchors
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.engine import found_by
from coding_workflow.guidelines.facts import Facts, FactsError, facts_from_json
from coding_workflow.guidelines.findings import Finding
from coding_workflow.guidelines.lab.compiling import PREFIX, compile_text
from coding_workflow.guidelines.registry import Rule
from coding_workflow.release.models import Outcome


@dataclass(frozen=True, slots=True)
class Told:
    """What would become of an account, and the sentence that holds it or held it."""

    outcome: Outcome
    message: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule before and after; None where there is none before, or none after."""

    before: Rule | None
    after: Rule | None

    @classmethod
    def of(cls, rule: str, baseline: str, candidate: str) -> Self:
        """From the texts of two definitions, empty where there is none."""
        key = rule.removeprefix(PREFIX)
        before, after = (compile_text(key, 1, text) if text else None for text in (baseline, candidate))
        return cls(before, after)

    @property
    def anchors(self) -> Anchors:
        """What an account must have for either version to find anything."""
        found = [rule.anchors for rule in (self.before, self.after) if rule]
        return Anchors(
            _either(each.tokens for each in found),
            _either(each.classes for each in found),
            _either(each.payers for each in found),
        )

    def outcome(self, case: Case, *, held_otherwise: bool) -> Told | None:
        """What changes for the account; None where nothing does, as wherever something else holds it anyway."""
        if held_otherwise:
            return None
        before, after = _holding(self.before, case), _holding(self.after, case)
        if bool(before) == bool(after):
            return None
        return Told(Outcome.HELD, after[0].message) if after else Told(Outcome.FREED, before[0].message)


def _either(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    """One of either; where one of them asks nothing, nothing is asked."""
    each = list(parts)
    return frozenset().union(*each) if all(each) else frozenset()


def _holding(rule: Rule | None, case: Case) -> list[Finding]:
    return [finding for finding in found_by([rule], case) if finding.severity == "hold"] if rule else []


def read_facts(text: str) -> Facts | None:
    """Stored facts; None where this release cannot read them."""
    try:
        return facts_from_json(json.loads(text))
    except (FactsError, ValueError):
        return None
