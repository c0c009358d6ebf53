"""Rules from JSON: strict, with the place, and back to the same text."""

import json
from typing import Any

import pytest

from coding_workflow.guidelines.lab.reading import DefinitionError, definition_from_json
from coding_workflow.guidelines.lab.writing import definition_to_json

from .rules import asks, count, definition, field, no, rule

EVERYTHING = {
    "all": [
        count("principal", asks("code", "under", ["i21", "I22.0"]), asks("poa", "is_not", "N")),
        {"any": [count("lines", asks("charge", "at_least", "1000.00"), asks("units", "between", ["1", "4"])), no("queries")]},
        {"none": [field("age_years", "at_most", 17), field("birth_weight", "given")]},
        count("documents", asks("authored", "before", {"of": "discharge", "days": -1}), asks("signed", "is", True)),
    ]
}


def test_a_rule_is_read_and_written_to_the_same_text() -> None:
    made = definition(EVERYTHING, scope={"classes": ["newborn", "inpatient"]}, starts="2026-10-01", severity="warn")
    text = definition_to_json(made)
    assert definition_from_json(text) == made
    assert definition_to_json(definition_from_json(text)) == text


def test_codes_lists_and_numbers_have_one_form() -> None:
    loose = count("diagnoses", asks("code", "one_of", ["e11.9", "E119", " e11.8 "]), asks("position", "at_most", 3))
    strict = count("diagnoses", asks("code", "one_of", ["E118", "E119"]), asks("position", "at_most", 3))
    assert definition_to_json(definition(loose)) == definition_to_json(definition(strict))
    amounts = [count("lines", asks("charge", "is", value)) for value in ("1000", 1000, "1000.00", "1E+3")]
    assert len({definition_to_json(definition(each)) for each in amounts}) == 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "red"}, "colour"),
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"condition": "4"}, "condition"),
        ({"condition": True}, "condition"),
        ({"severity": "block"}, "severity"),
        ({"starts": "2026-13-01"}, "starts"),
        ({"starts": 20261001}, "starts"),
        ({"scope": {"classes": ["inpatients"]}}, "scope.classes[0]"),
        ({"scope": []}, "scope"),
        ({"when": []}, "when"),
        ({"when": {}}, "when"),
        ({"when": {"all": [], "any": []}}, "when"),
        ({"when": {"every": []}}, "when.every"),
        ({"when": {"all": {}}}, "when.all"),
        ({"when": {"all": [field("age_years", "is", "18")]}}, "when.all[0].value"),
        ({"when": field("age_years", "under", ["1"])}, "when.is"),
        ({"when": field("age_years", "at_least")}, "when.value"),
        ({"when": field("age_years", "given", 3)}, "when.value"),
        ({"when": field("age_years", "between", [1])}, "when.value"),
        ({"when": field("age_years", "at_least", 1) | {"why": ""}}, "when.why"),
        ({"when": count("patients")}, "when.count.of"),
        ({"when": count("diagnoses", asks("colour", "is", "red"))}, "when.count.where[0].attribute"),
        ({"when": count("diagnoses", asks("poa", "is", "Q"))}, "when.count.where[0].value"),
        ({"when": count("diagnoses", asks("code", "one_of", "I10"))}, "when.count.where[0].value"),
        ({"when": count("lines", asks("charge", "at_least", "many"))}, "when.count.where[0].value"),
        ({"when": count("lines", asks("date", "before", "2026-01-01"))}, "when.count.where[0].value"),
        ({"when": count("lines", asks("date", "before", {"of": "birth"}))}, "when.count.where[0].value.of"),
        ({"when": count("documents", asks("signed", "is", "yes"))}, "when.count.where[0].value"),
        ({"when": count("documents", at_least="1")}, "when.count.at_least"),  # type: ignore[arg-type]
    ],
)
def test_what_is_wrong_is_named_by_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(DefinitionError) as error:
        definition_from_json(json.dumps(rule() | change))
    assert error.value.place == place
    assert error.value.message.endswith(".")


def test_a_decimal_number_in_json_is_refused_because_it_has_no_exact_form() -> None:
    with pytest.raises(DefinitionError, match="written as text"):
        definition_from_json(json.dumps(rule(count("lines", asks("charge", "at_least", 1000.5)))))


def test_a_count_that_is_no_object_is_an_error_with_a_place() -> None:
    with pytest.raises(DefinitionError) as error:
        definition_from_json(json.dumps(rule({"count": 7})))
    assert error.value.place == "when.count.of"
