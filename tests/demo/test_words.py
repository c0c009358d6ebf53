"""The told stories by themselves: their words support their codes, and their rules exist."""

import dataclasses
import datetime
from pathlib import Path

import pytest

from coding_workflow.guidelines.lab.files import from_file, to_file
from coding_workflow.guidelines.lab.limits import faults as faults_of_rule
from coding_workflow.guidelines.lab.limits import warnings
from coding_workflow.guidelines.lab.testing import shortfalls
from coding_workflow.guidelines.ruleset import builtin
from worklist.demo import rules
from worklist.demo.stories import featured
from worklist.demo.stories.generated import TODAY
from worklist.demo.story import Story, Until, faults

TOLD = featured()


@pytest.mark.parametrize("story", TOLD, ids=lambda story: f"{story.number}-{story.until.name}")
def test_every_passage_stands_in_a_paper(story: Story) -> None:
    assert list(faults(story)) == []


def test_a_passage_that_stands_nowhere_is_a_fault() -> None:
    stent = TOLD[0]
    assert list(faults(dataclasses.replace(stent, papers=()))) != []


def test_all_thirty_scenarios_are_told() -> None:
    numbers = {story.number for story in TOLD}
    assert {f"S{number:02d}" for number in range(1, 31)} <= numbers


def test_expected_rules_exist_and_speak_for_a_condition_that_is_expected() -> None:
    for story in TOLD:
        for rule in story.expect_rules:
            assert builtin().rule(rule).condition in story.expect, (story.number, rule)


def test_a_number_told_twice_is_one_account_at_two_moments() -> None:
    seen: dict[str, Story] = {}
    for story in TOLD:
        before = seen.setdefault(story.number, story)
        assert (before.title, before.admitted, before.papers) == (story.title, story.admitted, story.papers)
        assert before is story or before.until < story.until


def test_stays_lie_inside_the_loaded_tables_but_for_the_one_that_shall_not() -> None:
    after = {story.number for story in TOLD if story.until >= Until.DISCHARGED and story.discharged > TODAY}
    assert after == {"S28"}
    assert all(story.admitted >= datetime.date(2026, 5, 1) for story in TOLD)


@pytest.mark.parametrize("path", sorted(Path(rules.__file__).parent.glob("*.json")), ids=lambda path: path.stem)
def test_the_demos_own_rules_are_whole_and_their_tests_pass(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    rule = from_file(text)
    assert (rule.name, to_file(rule)) == (path.name, text)
    assert (*faults_of_rule(rule.definition), *warnings(rule.definition), *shortfalls(rule.definition, rule.tests)) == ()
