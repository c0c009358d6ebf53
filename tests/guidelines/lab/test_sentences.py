"""Rules and their differences in the words of a supervisor."""

from typing import Any

import pytest

from coding_workflow.guidelines.lab.differences import Difference, differences
from coding_workflow.guidelines.lab.sentences import clause_words, sentence
from coding_workflow.guidelines.lab.vocabulary import COLLECTIONS, FIELDS, OPERATORS_OF

from .rules import INFARCTION, Plain, asks, count, definition, field, no
from .test_hostile import some_value


def test_the_whole_rule_is_one_sentence() -> None:
    when = {
        "all": [
            INFARCTION,
            no("documents", asks("type", "is", "operative_note"), asks("signed", "is", True)),
            {"any": [field("length_of_stay", "at_least", 3), field("discharge_status", "one_of", ["02", "66"])]},
        ]
    }
    scope = {"classes": ["newborn", "inpatient"], "payers": ["medicare"]}
    assert sentence(definition(when, scope=scope, starts="2026-10-01")) == (
        "Hold inpatient or newborn accounts paid by Medicare when the principal diagnosis is under I21 and there is no document "
        "that is of type operative note and is signed and (the length of stay is at least 3 days or the discharge status is 02 "
        "or 66), for discharges from Oct 1, 2026."
    )
    assert sentence(definition(severity="warn")).startswith("Warn when the principal diagnosis")
    assert sentence(definition(severity="info", scope=scope)).startswith("Inform about inpatient or newborn accounts")


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (count("diagnoses"), "there is any diagnosis"),
        (no("procedures"), "there is no procedure"),
        (count("principal"), "there is a principal diagnosis"),
        (count("secondary", asks("code", "one_of", ["E11.9", "I10-I16"])), "any secondary diagnosis is E11.9 or I10-I16"),
        (count("secondary", asks("poa", "is", "N"), at_least=2), "at least 2 secondary diagnoses have POA indicator N"),
        (count("lines", asks("units", "at_least", 4), at_least=2, at_most=3), "2 to 3 charge lines have units at least 4"),
        (count("procedures", at_least=3, at_most=3), "there are exactly 3 procedures"),
        (no("secondary", asks("mark", "is", "MCC")), "no secondary diagnosis has mark MCC"),
        (count("lines", asks("modifiers", "none_of", ["59", "XU"])), "any charge line does not have modifiers 59 or XU"),
        (count("lines", asks("modifiers", "given")), "any charge line has modifiers"),
        (count("documents", asks("author_role", "not_given")), "any document has no author's role"),
        (
            count("documents", asks("authored", "after", {"of": "discharge", "days": 2})),
            "any document has time of authoring after 2 days after discharge",
        ),
        (count("procedures", asks("date", "before", {"of": "admission"})), "any procedure has date before admission"),
        (count("related_accounts", asks("same_facility", "is", False)), "any related account is not at the same facility"),
        (field("age_days", "at_most", 1), "the age in days is at most 1 day"),
        (field("age_years", "between", [18, 65]), "the age is between 18 and 65 years"),
        (field("birth_weight", "not_given"), "the birth weight is not given"),
        (field("condition_codes", "one_of", ["44", "A0"]), "the condition codes include 44 or A0"),
        (field("coders_competent", "is", False), "the coders' competence is not present"),
        (field("sex", "is", "F"), "the sex is female"),
        ({"none": [INFARCTION]}, "no principal diagnosis is under I21"),
        ({"none": [field("sex", "is", "F")]}, "it is not so that the sex is female"),
        (
            {"none": [field("sex", "is", "F"), INFARCTION]},
            "none of this is so: (the sex is female; the principal diagnosis is under I21)",
        ),
        ({"all": [{"any": [INFARCTION]}]}, "the principal diagnosis is under I21"),
    ],
)
def test_clauses_read_as_english(clause: Plain, words: str) -> None:
    assert clause_words(definition(clause).when) == words


def test_a_long_list_is_counted() -> None:
    codes = [f"A{number:02d}" for number in range(30)]
    said = clause_words(definition(count("diagnoses", asks("code", "under", codes))).when)
    assert said == "any diagnosis is under A00, A01, A02, A03, A04, A05, A06, A07 or 22 more"


def test_every_question_of_the_vocabulary_can_be_said() -> None:
    """No word of it is left as code: nothing with an underscore, no empty value."""
    clauses = [field(name, each, some_value(one, each)) for name, one in FIELDS.items() for each in one.operators]
    for name, collection in COLLECTIONS.items():
        for one in collection.attributes.values():
            clauses += [count(name, asks(one.name, each, some_value(one, each))) for each in OPERATORS_OF[one.kind]]
    for clause in clauses:
        said = clause_words(definition(clause).when)
        assert "_" not in said.replace("full_review", "") and "  " not in said and not said.endswith(" "), said


def _between(before: Any, after: Any) -> list[Difference]:
    return list(differences(before, after))


def test_equal_rules_do_not_differ() -> None:
    assert differences(definition(), definition()) == ()


def test_differences_name_what_was_and_what_is() -> None:
    before = definition({"all": [INFARCTION, field("sex", "is", "F")]}, scope={"payers": ["medicare"]})
    after = definition({"all": [INFARCTION, field("sex", "is", "M"), no("procedures")]}, severity="warn", starts="2026-10-01")
    assert _between(before, after) == [
        Difference("severity", "hold", "warn"),
        Difference("starts", "", "Oct 1, 2026"),
        Difference("payers", "medicare", "all"),
        Difference("when", "the sex is female", "the sex is male"),
        Difference("when", "", "there is no procedure"),
    ]


def test_a_rule_asked_in_another_way_is_shown_whole() -> None:
    both = [INFARCTION, field("sex", "is", "F")]
    (one,) = _between(definition({"all": both}), definition({"any": both}))
    assert (one.before, one.after) == (
        "the principal diagnosis is under I21 and the sex is female",
        "the principal diagnosis is under I21 or the sex is female",
    )
    (order,) = _between(definition({"all": both}), definition({"all": both[::-1]}))
    assert order.what == "order of clauses"
