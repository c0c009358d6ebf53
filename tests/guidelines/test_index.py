"""A rule set asks a rule only about accounts that have what the rule declares: the findings are those of asking every rule."""

import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest

from coding_workflow.guidelines.anchoring import DIAGNOSES, MODIFIED, Anchors, words_of
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.edits.code_editor import COVERAGE_EDITS, DATA_EDITS
from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import Diagnosis, Facts, facts_from_json
from coding_workflow.guidelines.grouper import GroupingAnswer, GroupingClaim
from coding_workflow.guidelines.registry import Found, Rule
from coding_workflow.guidelines.ruleset import RuleSet, builtin
from coding_workflow.guidelines.samples import accounts
from coding_workflow.guidelines.tables import NoTables

from .book import _codes, policy
from .stories import dx, inpatient
from .test_stories import STORIES

_SAMPLES, _SEED = 2_000, 7


class Ungrouped(NoTables):
    """No rule that declares codes needs a table, and grouping thousands of impossible accounts takes minutes."""

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        return None


@cache
def _without_index() -> RuleSet:
    return RuleSet(replace(rule, anchors=Anchors()) for rule in builtin().rules)


def _declared() -> list[str]:
    """Beginnings of diagnosis codes that some built-in rule declares."""
    tokens = {token for rule in builtin().rules for token in rule.anchors.tokens}
    return sorted(token.removeprefix(DIAGNOSES) for token in tokens if token.startswith(DIAGNOSES))


def _unlike_any_hospital() -> Iterator[Facts]:
    """Correct accounts into which codes of every declared kind, and of none, are thrown at any place."""
    draw, every = Random(_SEED), sorted(_codes("ICD-10-CM"))
    every_fitting = {start: every[bisect_left(every, start) : bisect_left(every, f"{start}~")] for start in _declared()}
    # Codes of other years are declared too.
    fitting = {start: codes for start, codes in every_fitting.items() if codes}
    starts = sorted(fitting)
    for number, facts in enumerate(accounts(_SAMPLES, _SEED)):
        thrown = [draw.choice(fitting[starts[number % len(starts)]]), draw.choice(every)]
        diagnoses = [*(facts.diagnoses or ()), *(Diagnosis(code, draw.choice("YN")) for code in thrown)]
        draw.shuffle(diagnoses)
        yield replace(facts, diagnoses=tuple(diagnoses))


def test_thousands_of_accounts_are_judged_the_same_without_the_index() -> None:
    rules = [rule for rule in builtin().rules if rule.anchors.tokens]
    assert len(rules) >= 10
    spoke = set()
    for facts in _unlike_any_hospital():
        case = Case(facts, Ungrouped(), policy())
        shown = set(builtin().rules_for(facts, case.words))
        for rule in rules:
            found = [*rule.judge(case)] if rule.covers(facts) else []
            assert not found or rule in shown, (rule.id, case.codes)
            spoke |= {rule.id for one in found if one}
    of_codes = {rule.id for rule in rules if any(token.startswith(DIAGNOSES) for token in rule.anchors.tokens)}
    assert len(spoke & of_codes) >= len(of_codes) // 2, sorted(of_codes - spoke)


def test_every_story_is_judged_the_same_without_the_index() -> None:
    for _, account, _ in STORIES:
        facts = facts_from_json(account)
        shown, everything = (evaluate(facts, rules, NoTables(), policy()) for rules in (builtin(), _without_index()))
        assert shown.as_json() == everything.as_json()


@pytest.mark.parametrize("edit", sorted({*DATA_EDITS, *COVERAGE_EDITS}))
def test_an_edit_of_the_editor_shows_its_rule_to_the_account(edit: str) -> None:
    class Edited(NoTables):
        def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
            answer = super().grouping(claim)
            return answer and replace(answer, mce=((edit, "J441"),))

    facts = facts_from_json(inpatient(diagnoses=dx("J44.1")))
    shown, everything = (evaluate(facts, rules, Edited(), policy()) for rules in (builtin(), _without_index()))
    assert shown.as_json() == everything.as_json()
    assert f"mce.{edit.lower()}" in {finding.rule for finding in shown.findings}


def test_rules_of_modifiers_are_asked_once_a_service_has_one() -> None:
    plain = next(facts for facts in accounts(50, _SEED) if facts.lines)
    bare = replace(plain, lines=tuple(replace(line, modifiers=()) for line in plain.lines), procedures=())
    marked = replace(bare, lines=(replace(bare.lines[0], modifiers=("ZZZ",)), *bare.lines[1:]))
    of_modifiers = {rule for rule in builtin().rules if MODIFIED in rule.anchors.tokens}
    assert not of_modifiers & set(builtin().rules_for(bare, words_of(bare)))
    assert of_modifiers & set(builtin().rules_for(marked, words_of(marked)))


def test_a_rule_that_declares_too_little_is_caught() -> None:
    def judge(case: Case) -> Iterator[Found]:
        yield Found("Always.")

    dishonest = Rule("dishonest", judge, 4, "none", anchors=Anchors(frozenset({"d:I21"})))
    facts = facts_from_json(inpatient(diagnoses=dx("J44.1")))
    shown = evaluate(facts, RuleSet([dishonest]), NoTables(), policy())
    everything = evaluate(facts, RuleSet([replace(dishonest, anchors=Anchors())]), NoTables(), policy())
    assert (len(shown.findings), len(everything.findings)) == (0, 1)


def test_an_account_whose_documents_are_not_known_is_shown_to_every_rule() -> None:
    account: dict[str, Any] = json.loads(json.dumps(inpatient(diagnoses=dx("J44.1"))))
    del account["documents"]
    facts = facts_from_json(account)
    assert words_of(facts) is None
    assert builtin().rules_for(facts, words_of(facts)) == builtin().rules_for(facts)
