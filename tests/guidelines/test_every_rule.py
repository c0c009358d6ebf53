"""Every built-in rule speaks on an account, is silent on a near one, begins and ends on its day, and minds its words."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from coding_workflow.guidelines.anchoring import Anchors
from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import facts_from_json
from coding_workflow.guidelines.findings import Finding
from coding_workflow.guidelines.grouper import GroupingAnswer
from coding_workflow.guidelines.registry import Rule
from coding_workflow.guidelines.ruleset import RuleSet, builtin

from .cases import CASES
from .cases.case import Shelf, Told, shifted
from .test_stories import ACCOUNTS, told

RULES = {rule.id: rule for rule in builtin().rules}
DATED = sorted(rule_id for rule_id, rule in RULES.items() if rule.starts or rule.ends)
_MONEY = re.compile(
    r"\$|\bpaid\b|\bpayment(?! window)|\breimburs|\brevenue(?! code)|\bhigher\b|\bincrease|(?<!birth )\bweight(?! in grams)", re.I
)
#: A finding never tells a coder which indicator to choose: Y and its meaning are the record's to give.
_SUGGESTED_POA = re.compile(r"\bY\b|\b(?:assign|use|report|change|enter)\b[^.]*\bpresent\b", re.I)
#: What may be gone past at all, beside the coding edits of condition 4.
_OVERRIDABLE_ELSEWHERE = {"documents.sterilization_consent_age"}
_SECOND_PERSON = {"poa.unknown"}


def said(rule: Rule, account: dict[str, Any], case: Told, grouping: GroupingAnswer) -> list[Finding]:
    """What the rule alone says; a rule that fails is no answer."""
    evaluation = evaluate(facts_from_json(account), RuleSet([rule]), Shelf(case, grouping), case.policy())
    assert not any("could not be evaluated" in finding.message for finding in evaluation.findings), evaluation.findings
    return list(evaluation.findings)


def firing(rule_id: str, account: dict[str, Any] | None = None) -> list[Finding]:
    case = CASES[rule_id]
    return said(RULES[rule_id], account or case.fires, case, case.grouping)


def test_no_registered_rule_is_without_its_two_cases_and_no_case_without_its_rule() -> None:
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_a_rule_speaks_on_its_account_and_not_on_the_one_beside_it(rule_id: str) -> None:
    case = CASES[rule_id]
    assert firing(rule_id)
    assert said(RULES[rule_id], case.silent, case, case.silent_grouping) == []


@pytest.mark.parametrize("rule_id", DATED)
def test_a_dated_rule_is_in_force_from_its_first_day_and_not_on_the_day_after_its_last(rule_id: str) -> None:
    rule, account = RULES[rule_id], CASES[rule_id].fires
    now = facts_from_json(account).tables_date
    assert now is not None

    def on(day: date) -> list[Finding]:
        return firing(rule_id, shifted(account, (day - now).days))

    if rule.starts:
        assert on(rule.starts)
        assert on(rule.starts - timedelta(days=1)) == []
    if rule.ends:
        assert on(rule.ends - timedelta(days=1))
        assert on(rule.ends) == []


def test_rules_of_the_guidelines_are_silent_on_accounts_of_icd_9() -> None:
    undated = [rule for rule in RULES.values() if rule.reference.startswith("ICD-10-CM Official Guidelines") and not rule.starts]
    general = {"codes.", "poa.", "evidence."}
    assert [rule.id for rule in undated if not rule.id.startswith(tuple(general))] == []


def test_a_rule_set_chooses_by_date_as_each_of_its_rules_would() -> None:
    account = CASES["claim.inpatient_order_required"].fires
    for day in ("2013-09-30", "2013-10-01", "2018-09-30", "2018-10-01", "2024-09-30", "2024-10-01", "2026-06-13"):
        facts = facts_from_json(account | {"admit_date": day, "discharge_date": day})
        chosen = builtin().rules_for(facts)
        assert [rule.id for rule in chosen] == [rule.id for rule in builtin().rules if rule.covers(facts)], day


def test_what_a_rule_is_about_leaves_out_nothing_that_it_would_say() -> None:
    asked_all = RuleSet(replace(rule, anchors=Anchors()) for rule in builtin().rules)
    anchored = {rule.id for rule in builtin().rules if not rule.anchors.unanchored}
    assert len(anchored) > 50
    for rule_id, case in CASES.items():
        facts, tables = facts_from_json(case.fires), Shelf(case, case.grouping)
        found = evaluate(facts, builtin(), tables, case.policy()).findings
        assert found == evaluate(facts, asked_all, tables, case.policy()).findings, rule_id


def test_without_a_date_the_rules_still_in_force_are_asked() -> None:
    facts = facts_from_json({"id": "a", "patient_class": "recurring"})
    ended = Rule("ended", lambda case: [], 4, "none", ends=date(2020, 1, 1))
    begun = Rule("begun", lambda case: [], 4, "none", starts=date(2020, 1, 1))
    assert RuleSet([ended, begun]).rules_for(facts) == (begun,)


def test_no_message_speaks_of_money_of_a_higher_drg_or_of_the_indicator_to_choose() -> None:
    messages = {finding.message for rule_id in RULES for finding in firing(rule_id)}
    messages |= {finding.message for name in ACCOUNTS for finding in told(name).findings}
    assert len(messages) > len(RULES)
    assert [message for message in messages if _MONEY.search(message) or _SUGGESTED_POA.search(message)] == []


def test_every_message_is_a_sentence() -> None:
    for rule_id in RULES:
        for finding in firing(rule_id):
            named = rule_id.startswith("competence.")  # begins with a coder's name
            assert named or finding.message[0].isupper() or finding.message[0].isdigit(), finding
            assert finding.message.endswith(".") or ": " in finding.message, finding
            assert "{" not in finding.message, finding


def test_only_coding_edits_are_gone_past_and_only_where_their_rule_says_how() -> None:
    overridable = {rule.id for rule in RULES.values() if rule.override != "none"}
    assert {rule_id for rule_id in overridable if RULES[rule_id].condition != 4} == _OVERRIDABLE_ELSEWHERE
    assert {rule.id for rule in RULES.values() if rule.override == "second"} == _SECOND_PERSON
    assert RULES["ncci.units_absolute"].override == "none"


def test_information_and_warnings_ask_for_no_override() -> None:
    needless = [rule.id for rule in RULES.values() if rule.severity != "hold" and rule.override != "none"]
    assert needless == []
