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
        ([proof(), proof(colour="red")], "tests[1].colour"),
        ([proof(facts=None)], "tests[0].facts"),
        ([proof(facts=stay() | {"colour": "red"})], "tests[0].facts"),
        ([proof(facts=stay(diagnoses=[{"kode": "I10"}]))], "tests[0].facts.diagnoses[0]"),
        ([proof(facts=stay(service="\ud800"))], "tests[0].facts.service"),
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


@pytest.mark.parametrize("broken", ["\ud800", "\0", "a\udfffb"])
@pytest.mark.parametrize(
    ("test", "place"),
    [
        (lambda word: proof(name=f"x{word}"), "tests[0].name"),
        (lambda word: proof(subjects=["I214", f"I{word}"]), "tests[0].subjects[1]"),
        (lambda word: proof(facts=stay(service=word)), "tests[0].facts.service"),
        (lambda word: proof(facts=stay(diagnoses=[{"code": f"I10{word}"}])), "tests[0].facts.diagnoses[0].code"),
        (lambda word: proof(facts=stay(**{word: "x"})), "tests[0].facts"),
        (lambda word: proof() | {f"name{word}": "x"}, "tests[0]"),
    ],
)
def test_a_character_that_cannot_be_kept_is_refused_at_its_place(broken: str, test: Any, place: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_tests(json.dumps([test(broken)]))
    assert error.value.place == place
    assert "half a character or a NUL" in error.value.message
    error.value.message.encode()


@pytest.mark.parametrize("broken", ["\ud800", "\0"])
@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda raw, word: raw | {"key": word}, "key"),
        (lambda raw, word: raw | {"sha256": word}, "sha256"),
        (lambda raw, word: raw | {f"x{word}": 1}, "rule"),
        (lambda raw, word: raw | {"definition": raw["definition"] | {"message": f"Look {word}."}}, "definition.message"),
        (
            lambda raw, word: raw | {"definition": raw["definition"] | {"scope": {"services": [word]}}},
            "definition.scope.services[0]",
        ),
        (lambda raw, word: raw | {"tests": [proof(name=word)]}, "tests[0].name"),
    ],
)
def test_a_file_with_such_a_character_is_refused_at_its_place(broken: str, change: Any, place: str) -> None:
    raw = json.loads(to_file(RuleFile("infarction", definition(INFARCTION), ())))
    with pytest.raises(DefinitionError) as error:
        from_file(json.dumps(change(raw, broken)))
    assert str(error.value).startswith(f"{place}: ")
    assert "cannot be kept" in str(error.value)


def test_a_part_that_is_not_known_is_named_with_its_place() -> None:
    with pytest.raises(DefinitionError, match=r"tests\[0\]\.nmae: A test has no such part"):
        read_tests(json.dumps([proof() | {"nmae": "x"}]))
    with pytest.raises(DefinitionError, match=r"tests\[0\]\.facts\.diagnoses\[0\]: unknown key 'kode'"):
        read_tests(json.dumps([proof(facts=stay(diagnoses=[{"kode": "I10"}]))]))
    raw = json.loads(to_file(RuleFile("infarction", definition(INFARCTION), ())))
    for changed, sentence in (
        (raw | {"author": "x"}, "author: A rule file has no such part"),
        (raw | {"definition": raw["definition"] | {"colour": "red"}}, r"definition\.colour: A rule has no such part"),
        (raw | {"x" * 99: 1}, "x{40}…: A rule file has no such part"),
    ):
        with pytest.raises(DefinitionError, match=sentence):
            from_file(json.dumps(changed))
