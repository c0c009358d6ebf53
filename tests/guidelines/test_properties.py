"""What holds for any facts: an answer, the same answer, in whatever order the parts come; and text that is read back."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_workflow.guidelines.facts import facts_from_json, facts_hash, facts_to_json
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.samples import sample
from coding_workflow.guidelines.stream import evaluate_lines
from coding_workflow.guidelines.tables import NoTables

from .any_facts import any_facts
from .book import policy
from .sample_book import judged

#: Lists whose order says nothing.
UNORDERED = (
    *("lines", "documents", "orders", "queries", "coders", "related_accounts", "providers", "condition_codes"),
    *("occurrence_codes", "value_codes", "open_holds", "overrides", "waivers", "reason_for_visit"),
)


def shuffled(account: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The same account: keys in another order at every depth, and the unordered lists too."""
    kept = {key: chance.sample(value, len(value)) if key in UNORDERED and value else value for key, value in account.items()}
    return {key: _keys_shuffled(kept[key], chance) for key in chance.sample(sorted(kept), len(kept))}


def _keys_shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [_keys_shuffled(each, chance) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _keys_shuffled(value[key], chance) for key in chance.sample(sorted(value), len(value))}


@settings(max_examples=100, deadline=None)
@given(any_facts())
def test_whatever_the_facts_every_rule_gives_an_answer(account: dict[str, Any]) -> None:
    evaluation = judged(facts_from_json(account))
    assert [finding.message for finding in evaluation.findings if "could not be evaluated" in finding.message] == []
    assert evaluation.conditions.keys() == {1, 2, 3, 4, 5, 6, 7}


@settings(max_examples=60, deadline=None)
@given(any_facts())
def test_facts_are_written_and_read_back_equal(account: dict[str, Any]) -> None:
    facts = facts_from_json(account)
    text = facts_to_json(facts)
    again = facts_from_json(json.loads(text))
    assert (again, facts_to_json(again), facts_hash(again)) == (facts, text, facts_hash(facts))


@settings(max_examples=50, deadline=None)
@given(any_facts(), st.randoms(use_true_random=False))
def test_neither_keys_nor_unordered_lists_change_the_answer(account: dict[str, Any], chance: random.Random) -> None:
    given_order = judged(facts_from_json(account))
    other_order = judged(facts_from_json(shuffled(account, chance)))
    assert other_order.as_json() == given_order.as_json()


@pytest.mark.parametrize("line", ['{"id":"\\ud800"}', '{"id":"a","\\udfff":1}', '{"id":"a","patient_class":"\\ud800"}'])
def test_a_line_of_broken_text_is_answered_with_text(line: str) -> None:
    given = evaluate_lines([(1, line)], rules_for=lambda _: builtin(), policy=policy(), tables_for=lambda _: NoTables())
    (answer,) = given
    assert not answer.valid
    assert json.loads(answer.text.encode())["error"]["line"] == 1


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("kind", ["inpatient", "emergency"])
def test_the_first_and_the_last_day_that_there_is_are_judged(kind: str, day: str) -> None:
    other = {"id": "other", "patient_class": "emergency" if kind == "inpatient" else "inpatient", "service_from": day}
    account = {"id": "a", "patient_class": kind, "admit_date": day, "discharge_date": day, "payer": {"kind": "medicare"}}
    evaluation = judged(facts_from_json(account | {"related_accounts": [other], "patient": {"birth_date": day}}))
    assert [finding.message for finding in evaluation.findings if "could not be evaluated" in finding.message] == []


def test_the_same_account_is_answered_with_the_same_bytes() -> None:
    for number in range(0, 280, 7):
        facts = sample(2, number)
        again = facts_from_json(json.loads(facts_to_json(facts)))
        assert judged(facts).as_json().encode() == judged(again).as_json().encode()
