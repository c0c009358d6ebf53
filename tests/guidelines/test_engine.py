"""The engine: deterministic, complete, and never a silent pass."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.engine import evaluate, evaluate_all
from coding_workflow.guidelines.facts import Facts, facts_from_json
from coding_workflow.guidelines.registry import Found, Rule
from coding_workflow.guidelines.ruleset import RuleSet, builtin
from coding_workflow.guidelines.tables import NoTables
from coding_workflow.policy.standard import STANDARD

from .book import Book, policy
from .stories import competent, dx, inpatient
from .test_stories import STORIES, judged

ROOT = Path(__file__).parents[2]
CLEAN = inpatient(diagnoses=dx("J44.1"))
_SEEDED = """
from tests.guidelines.test_engine import printed_here
print(printed_here(), end="")
"""


def printed_here() -> str:
    """Some stories judged without tables, so that a new process need not read them."""
    accounts = [facts_from_json(account) for _, account, _ in STORIES[:20]]
    return "".join(evaluate(facts, builtin(), NoTables(), STANDARD).as_json() + "\n" for facts in accounts)


def _fails(case: Case) -> Iterator[Found]:
    raise KeyError(case.facts.id)
    yield


def test_the_same_account_gives_the_same_bytes_under_any_hash_seed() -> None:
    def printed(seed: str) -> bytes:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _SEEDED], env=environment, capture_output=True, check=True
        ).stdout

    assert printed("1") == printed("2") == printed_here().encode()


def test_several_accounts_are_judged_in_their_order_as_each_by_itself() -> None:
    accounts = [facts_from_json(account) for _, account, _ in STORIES[:8]]
    empty, whole = RuleSet([]), builtin()
    sets = [whole if at % 2 else empty for at in range(len(accounts))]
    together = evaluate_all(zip(accounts, sets, map(_book, accounts), strict=True), policy())
    alone = [evaluate(facts, rules, _book(facts), policy()) for facts, rules in zip(accounts, sets, strict=True)]
    assert [each.as_json() for each in together] == [each.as_json() for each in alone]
    assert [each.answers for each in together] == [each.answers for each in alone]


def _book(facts: Facts) -> Book:
    return Book(facts.tables_date)


def test_a_rule_that_fails_holds_and_the_others_go_on() -> None:
    rules = RuleSet([*builtin().rules, Rule("broken.rule", _fails, 4, "none")])
    facts = facts_from_json(CLEAN | {"discharge_status": "02"})
    evaluation = evaluate(facts, rules, Book(facts.tables_date), policy())
    held = {finding.rule: finding.message for finding in evaluation.holding}
    assert held["broken.rule"] == "The rule broken.rule could not be evaluated (KeyError)."
    assert "claim.discharge_status" in held
    assert evaluation.conditions[4] == "hold"


def test_what_was_not_given_is_not_evaluated_and_holds() -> None:
    evaluation = judged({"id": "a", "patient_class": "inpatient", "discharge_date": "2026-06-13"})
    expected = dict.fromkeys(range(1, 6), "not_evaluated") | {6: "hold", 7: "not_applicable"}
    assert evaluation.conditions == expected
    assert evaluation.verdict == "held"


def test_without_documents_support_and_documentation_are_not_evaluated() -> None:
    account = {key: value for key, value in CLEAN.items() if key != "documents"}
    conditions = judged(account).conditions
    assert (conditions[2], conditions[3], conditions[4]) == ("not_evaluated", "not_evaluated", "pass")


def test_an_empty_list_of_documents_is_judged() -> None:
    conditions = judged(CLEAN | {"documents": []}).conditions
    assert (conditions[2], conditions[3]) == ("hold", "hold")


def test_without_a_coder_condition_one_is_not_evaluated() -> None:
    account = {key: value for key, value in CLEAN.items() if key != "coder"}
    assert judged(account).conditions[1] == "not_evaluated"


def test_one_foreign_coder_holds_though_the_account_has_a_competent_one() -> None:
    account = CLEAN | {"diagnoses": [*dx("J44.1"), dx("I10")[0] | {"coder": "dov"}]}
    assert [finding.subjects for finding in judged(account).holding] == [("dov",)]


def test_a_competence_without_orientation_supervisor_or_at_another_provider_holds() -> None:
    for change in ({"oriented_on": None}, {"supervisor": None}, {"provider_number": "999"}, {"type": "emergency"}):
        held = {"type": "inpatient", "supervisor": "cleo", "valid_to": "2027-01-01"} | change
        account = CLEAN | {"coder": {"id": "ana", "competences": [held]}, "provider_number": "111"}
        assert {finding.rule for finding in judged(account).holding} == {"competence.in_force"}, change


def test_the_day_of_judgement_decides_about_competence() -> None:
    lapsing = CLEAN | {"coder": competent("inpatient", valid_to="2026-06-20")}
    assert judged(lapsing | {"judged_on": "2026-06-20"}).verdict == "releasable"
    assert judged(lapsing | {"judged_on": "2026-06-21"}).verdict == "held"


def test_an_open_hold_holds_condition_six_alone() -> None:
    account = CLEAN | {"open_holds": [{"key": "h1", "message": "Second-level review asked for.", "condition": 4}]}
    evaluation = judged(account)
    assert [finding.message for finding in evaluation.holding] == ["Second-level review asked for."]
    assert {number for number, status in evaluation.conditions.items() if status == "hold"} == {6}


def test_nothing_loaded_is_said_table_by_table() -> None:
    facts = facts_from_json(CLEAN)
    evaluation = evaluate(facts, builtin(), NoTables(), STANDARD)
    tables = {finding.subjects[0] for finding in evaluation.holding if finding.rule == "tables.loaded"}
    assert tables == {"ICD-10-CM", "POA-EXEMPT"}


def test_a_declared_table_warns_until_the_declaration_expires() -> None:
    account = next(account for name, account, _ in STORIES if name == "18 clean wound")
    warned = [finding for finding in judged(account).findings if finding.rule == "tables.loaded"]
    assert warned and {finding.severity for finding in warned} == {"warn"}
    assert judged(account | {"judged_on": "2027-01-01"}).verdict == "held"


def test_an_override_needs_the_rule_the_subjects_and_a_rule_that_allows_it() -> None:
    account = next(account for name, account, _ in STORIES if name == "other: Excludes1")
    override = {"rule": "icd10cm.excludes1", "subjects": ["F458", "G4763"], "reason": "unrelated", "by": "ana"}
    assert judged(account | {"overrides": [override]}).verdict == "releasable"
    assert judged(account | {"overrides": [override | {"subjects": ["F458"]}]}).verdict == "held"
    hard = next(account for name, account, _ in STORIES if name == "8 planted")
    refused = override | {"rule": "obstetric.normal_delivery", "subjects": ["O80", "O701"]}
    assert judged(hard | {"overrides": [refused]}).verdict == "held"


def test_the_rule_set_hash_follows_ids_and_versions() -> None:
    rules = builtin().rules
    assert RuleSet(reversed(rules)).hash == builtin().hash
    assert RuleSet(rules[1:]).hash != builtin().hash


def test_every_rule_says_where_it_comes_from_and_what_it_promises() -> None:
    for rule in builtin().rules:
        assert rule.reference and rule.looks_at, rule.id
        assert 1 <= rule.condition <= 7
        assert rule.id.startswith("mce.") or rule.judge.__doc__, rule.id


def test_only_keeps_findings_of_a_prefix_and_the_drg() -> None:
    account: dict[str, Any] = inpatient(diagnoses=dx("T45.515A", "K92.2"))
    line = json.loads(judged(account).as_json(only="mce"))
    assert [finding["rule"] for finding in line["findings"]] == ["mce.unacceptable_pdx"]
    assert line["drg"]["version"] == "43.1"
