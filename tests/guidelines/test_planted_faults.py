"""Planted faults: for each mistake the gate names exactly that mistake and nothing else."""

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_workflow.guidelines.facts import Facts, facts_from_json, facts_to_json
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.samples import accounts, faulty, sample
from coding_workflow.guidelines.samples.faults import FAULTS, Fault
from coding_workflow.guidelines.samples.generating import TEMPLATES

from .sample_book import judged

#: Eight variants of each template and every payer: each fault fits some of these.
POOL = len(TEMPLATES) * 24


@cache
def _pool() -> tuple[Facts, ...]:
    return tuple(accounts(POOL, 11))


def _spoilt(fault: Fault) -> list[Facts]:
    """The first and the last account of the pool that the fault fits."""
    forward = next((found for facts in _pool() if (found := fault.planted(facts))), None)
    backward = next((found for facts in reversed(_pool()) if (found := fault.planted(facts))), None)
    return [found for found in (forward, backward) if found]


def _rules(facts: Facts) -> set[str]:
    return {finding.rule for finding in judged(facts).holding}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_gate_names_exactly_what_was_planted(fault: Fault) -> None:
    spoilt = _spoilt(fault)
    assert spoilt, "the fault fits no sample account"
    for facts in spoilt:
        assert _rules(facts) == fault.raises, facts.id
        assert judged(facts).verdict == "held"
        assert facts_from_json(json.loads(facts_to_json(facts))) == facts


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**4), st.sampled_from(FAULTS))
def test_whatever_is_drawn_the_gate_names_the_fault_and_only_the_fault(seed: int, number: int, fault: Fault) -> None:
    correct = sample(seed, number)
    assert _rules(correct) == set()
    spoilt = fault.planted(correct)
    if spoilt:
        assert _rules(spoilt) == fault.raises, spoilt.id


def test_faults_have_names_of_their_own_and_name_known_rules_of_every_condition() -> None:
    conditions = {rule.id: rule.condition for rule in builtin().rules}
    named = {rule for fault in FAULTS for rule in fault.raises}
    assert named <= conditions.keys()
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 60
    assert {conditions[rule] for rule in named} == {1, 2, 3, 4, 5, 6, 7}


def test_one_fault_follows_the_other_and_the_id_names_it() -> None:
    drawn = [faulty(5, number) for number in range(12)]
    assert [fault.name for fault, _ in drawn] == [fault.name for fault in FAULTS[:12]]
    assert all(facts.id.endswith(f": {fault.name}") for fault, facts in drawn)
    assert drawn == [faulty(5, number) for number in range(12)]
