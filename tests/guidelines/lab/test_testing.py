"""A rule's own tests, and rules as files."""

import json
from typing import Any

import pytest

from coding_workflow.guidelines.lab.files import RuleFile, from_file, to_file
from coding_workflow.guidelines.lab.reading import DefinitionError
from coding_workflow.guidelines.lab.testing import RuleTest, run, shortfalls
from coding_workflow.guidelines.lab.testing import tests_from_json as read_tests
from coding_workflow.guidelines.lab.testing import tests_to_json as written

from .rules import INFARCTION, definition, field, stay


def proof(expect: str = "fires", **changes: Any) -> dict[str, Any]:
    return {"name": "an account", "facts": stay(), "expect": expect} | changes


def outcome(one: dict[str, Any], **changes: Any) -> str:
    (result,) = run(definition(**changes), read_tests(json.dumps([one])))
    return f"{result.passed}: {result.sentence}"


def test_each_outcome_is_said() -> None:
    other = stay(diagnoses=[{"code": "J18.9"}])
    assert outcome(proof()) == "True: It spoke, as it must."
    assert outcome(proof("silent", facts=other)) == "True: It was silent, as it must."
    assert outcome(proof(facts=other)) == "False: It found nothing: the rule was silent."
    assert outcome(proof("silent")) == "False: It spoke: I21.4 needs the catheterization report."
    assert outcome(proof(subjects=["I214"])).startswith("True")
    assert outcome(proof(subjects=["I10"])) == "False: It named I214."
    assert outcome(proof("silent"), scope={"classes": ["clinic"]}).startswith("True")
    unknown = outcome(proof(facts=stay(patient={})), when=field("age_years", "at_least", 65))
    assert unknown == "False: “Infarction without catheterization” could not be judged: the age is not known."


def test_tests_are_read_back_as_they_were_written() -> None:
    tests = read_tests(json.dumps([proof(), proof("silent", subjects=None), proof(subjects=["b", "a", "b"])]))
    assert read_tests(written(tests)) == tests
    assert tests[2].subjects == ("a", "b")


@pytest.mark.parametrize(
    ("tests", "place"),
    [
        ({}, "tests"),
        ([proof()] * 41, "tests"),
        ([{"facts": stay()}], "tests[0].name"),
        ([proof(name="")], "tests[0].name"),
        ([proof(expect="maybe")], "tests[0].expect"),
        ([proof(subjects="I21")], "tests[0].subjects"),
        ([proof(), proof(colour="red")], "tests[1]"),
        ([proof(facts=None)], "tests[0].facts"),
        ([proof(facts=stay() | {"colour": "red"})], "tests[0].facts"),
        ([proof(facts=stay(diagnoses=[{"kode": "I10"}]))], "tests[0].facts.diagnoses[0]"),
        ([proof(facts=stay(service="\ud800"))], "tests[0].facts"),
    ],
)
def test_what_is_wrong_with_a_test_is_named_by_its_place(tests: Any, place: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_tests(json.dumps(tests))
    assert error.value.place == place


def test_a_rule_needs_a_test_that_speaks_and_one_that_is_silent() -> None:
    speaks, silent = read_tests(json.dumps([proof(), proof("silent", facts=stay(diagnoses=[{"code": "J18.9"}]))]))
    assert shortfalls(definition(), (speaks, silent)) == ()
    assert len(shortfalls(definition(), ())) == 2
    assert [each.message for each in shortfalls(definition(), (speaks,))] == ["There is no test in which the rule is silent."]
    assert [each.place for each in shortfalls(definition(), (speaks, RuleTest("x", speaks.facts, fires=False)))] == ["tests[1]"]


def test_a_file_has_a_value_on_each_line_so_that_a_change_is_a_line() -> None:
    tests = read_tests(json.dumps([proof()]))
    before = to_file(RuleFile("infarction", definition(), tests))
    after = to_file(RuleFile("infarction", definition(condition=3), tests))
    changed = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [[line.strip().split(":")[0] for line in pair] for pair in changed] == [['"condition"'] * 2, ['"sha256"'] * 2]
    assert to_file(from_file(before)) == before


def test_a_file_written_by_hand_needs_no_seal() -> None:
    raw = json.loads(to_file(RuleFile("infarction", definition(INFARCTION), ())))
    del raw["sha256"]
    assert from_file(json.dumps(raw | {"definition": raw["definition"] | {"condition": 3}})).definition.condition == 3
