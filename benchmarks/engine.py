"""The rule engine alone: accounts judged in this process, facts already read, tables as the process has kept them."""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Final

from accounts.models import Facility
from accounts.scope import scoped
from coding_workflow.guidelines import grouper
from coding_workflow.guidelines.anchoring import words_of
from coding_workflow.guidelines.engine import evaluate_all
from coding_workflow.guidelines.facts import Facts
from coding_workflow.guidelines.ruleset import RuleSet, builtin
from coding_workflow.guidelines.samples import typical_inpatient, typical_outpatient
from coding_workflow.policy.selectors import policy_for
from coding_workflow.release.tables import DatabaseTables, tables_of

from .figure import Figure
from .made_rules import made_rules
from .spent import Spent, timed

#: So many different accounts of a kind; all of them are judged in one repetition, so that none is typical by chance.
ACCOUNTS: Final = 100
#: And so many administrators' rules beside the built-in edits.
MADE: Final = (200, 2_000)
_MIX: Final = "mix"
_NOTHING: Final = RuleSet([])


class Judging:
    """Typical accounts of one facility, and the figures of judging them."""

    def __init__(self, facility: Facility) -> None:
        with scoped([facility.pk]):
            self._policy = policy_for(facility)
        self._facility = facility
        self._tables: dict[str, DatabaseTables] = {}
        # The process reads the tables' entries now, not while something is measured.
        for accounts in self.kinds.values():
            self._judge(accounts, builtin())

    @cached_property
    def kinds(self) -> dict[str, list[Facts]]:
        """Stays of 12 diagnoses and 4 procedures, visits of 15 lines, and one after the other."""
        stays = [typical_inpatient(seed) for seed in range(ACCOUNTS)]
        visits = [typical_outpatient(seed) for seed in range(ACCOUNTS)]
        mix = list(chain.from_iterable(zip(stays[::2], visits[::2], strict=True)))
        return {"inpatient": stays, "outpatient": visits, _MIX: mix}

    @cached_property
    def floors(self) -> dict[str, Figure]:
        """The null evaluation of each kind, by name: no rule at all, so grouping, verdict and nothing else."""
        named = {kind: f"engine: no rules, {kind}" for kind in self.kinds}
        return {name: self._figure(name, "the null evaluation", kind, _NOTHING, name) for kind, name in named.items()}

    def figures(self) -> list[Figure]:
        """In the order of the table, each null evaluation before what stands on it."""
        return [*self._builtin(), *self._made()]

    def _builtin(self) -> list[Figure]:
        found: list[Figure] = []
        for kind, floor in zip(self.kinds, self.floors.values(), strict=True):
            words = f"{len(builtin().rules)} rules, {ACCOUNTS} accounts"
            found += [floor, self._figure(f"engine: built-in edits, {kind}", words, kind, builtin(), floor.name)]
        return found

    def _made(self) -> list[Figure]:
        mix, floor = self.kinds["mix"], f"engine: no rules, {_MIX}"
        found = []
        for number in MADE:
            ruleset = RuleSet([*builtin().rules, *made_rules(number, mix)])
            asked = sum(_made_among(ruleset, facts) for facts in mix) / len(mix)
            words = f"of {number:,} administrators' rules {asked:.0f} are asked an account"
            found.append(self._figure(f"engine: {number:,} rules more, {_MIX}", words, _MIX, ruleset, floor))
        return found

    def _figure(self, name: str, words: str, kind: str, ruleset: RuleSet, floor: str) -> Figure:
        accounts = self.kinds[kind]
        return Figure(name, words, lambda: self._judge(accounts, ruleset), floor, rate=len(accounts), by_processor=True)

    def _judge(self, accounts: Sequence[Facts], ruleset: RuleSet) -> Spent:
        """Every account is grouped anew, as an account that comes for the first time is."""
        bound = [(facts, ruleset, self._bound(facts)) for facts in accounts]
        grouper.answer.cache_clear()

        def judge() -> None:
            evaluate_all(bound, self._policy)

        with scoped([self._facility.pk]):
            return timed(judge)

    def _bound(self, facts: Facts) -> DatabaseTables:
        """The account's tables: its releases, pairs and limits are asked for once, before anything is measured."""
        if facts.id not in self._tables:
            with scoped([self._facility.pk]):
                self._tables[facts.id] = tables_of(facts)
        return self._tables[facts.id]


def _made_among(ruleset: RuleSet, facts: Facts) -> int:
    """How many administrators' rules the account is asked."""
    return sum(bool(rule.definition) for rule in ruleset.rules_for(facts, words_of(facts)))
