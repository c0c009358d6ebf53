"""The hostile rules of the catalogue (R01-R15): each is refused with a sentence, none runs."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import facts_from_json
from coding_workflow.guidelines.lab.anchors import anchors_of
from coding_workflow.guidelines.lab.compiling import compile_rule, compile_text
from coding_workflow.guidelines.lab.files import RuleFile, from_file, to_file
from coding_workflow.guidelines.lab.limits import faults
from coding_workflow.guidelines.lab.reading import MAX_CHARACTERS, DefinitionError, definition_from_json
from coding_workflow.guidelines.lab.vocabulary import COLLECTIONS, FIELDS
from coding_workflow.guidelines.ruleset import RuleSet
from coding_workflow.guidelines.tables import NoTables
from coding_workflow.policy.standard import STANDARD

from .rules import INFARCTION, Plain, asks, case, count, definition, field, found, no, rule, stay


def refused(when: Plain = INFARCTION, **changes: Any) -> list[str]:
    """The sentences by which the rule is refused, from reading or from the limits."""
    try:
        made = definition_from_json(json.dumps(rule(when, **changes)))
    except DefinitionError as error:
        return [error.message]
    return [fault.message for fault in faults(made)]


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", r"^(\w+\s?)*$", "(a|aa)+$", r"(?<=a)b", r"\1", "a{1000}{1000}", "(?i)é", "I21.*", "I2?", "[A-Z]"],
)
def test_r01_to_r03_patterns_are_not_offered(pattern: str) -> None:
    begun = time.process_time()
    assert any("Patterns are not offered" in each for each in refused(count("diagnoses", asks("code", "under", [pattern]))))
    assert time.process_time() - begun < 0.05


def test_r03_a_pattern_of_a_hundred_thousand_letters_is_too_long_for_a_text() -> None:
    assert refused(count("diagnoses", asks("code", "under", ["a" * 100_000]))) == ["The text is longer than 2,000 characters."]


def test_r03_a_pattern_in_a_text_is_no_more_than_a_long_word() -> None:
    assert refused(field("service", "is", "(a+)+$" * 20)) == ["This must be 1 to 60 characters."]
    assert found(field("service", "is", "(a+)+$"), case(service="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")) == []


def test_r04_nesting_of_ten_thousand_is_refused_before_it_is_walked() -> None:
    deep = '{"all":[' * 10_000 + json.dumps(INFARCTION) + "]}" * 10_000
    text = json.dumps(rule()).replace(json.dumps(INFARCTION), deep)
    with pytest.raises(DefinitionError):
        definition_from_json(text)


def test_r04_depth_seven_is_refused_and_six_is_not() -> None:
    def nested(depth: int) -> Plain:
        clause: Plain = INFARCTION
        for level in range(depth - 1):
            clause = {"all" if level % 2 else "any": [clause, field("age_years", "at_least", 20 + level)]}
        return clause

    assert refused(nested(6)) == []
    assert refused(nested(7)) == ["Clauses are nested 7 deep; at most 6 can be read."]


def test_r04_more_clauses_values_and_characters_than_anybody_reads_are_refused() -> None:
    many = {"any": [field("age_years", "is", age) for age in range(61)]}
    assert any("at most 60" in each for each in refused(many))
    codes = [f"A{number:04d}" for number in range(501)]
    assert any("501 values; at most 500" in each for each in refused(count("diagnoses", asks("code", "one_of", codes))))
    assert any("longer than 500 characters" in each for each in refused(message="word " * 101))
    with pytest.raises(DefinitionError, match="longer than"):
        definition_from_json(" " * (MAX_CHARACTERS + 1))


@pytest.mark.parametrize("value", ["1", None, [1], {"days": 1}, True, 1.5])
def test_r05_a_number_is_compared_with_a_number_only(value: Any) -> None:
    with pytest.raises(DefinitionError):
        definition_from_json(json.dumps(rule(field("age_years", "at_least", value))))


def test_r05_a_number_of_five_thousand_digits_is_no_rule() -> None:
    with pytest.raises(DefinitionError):
        definition_from_json(json.dumps(rule(field("age_years", "at_least", 7777))).replace("7777", "7" * 5000))


def test_r05_numbers_out_of_reach_are_refused() -> None:
    assert refused(field("age_years", "at_least", 10**30)) == ["The age is between 0 and 130."]
    assert any(
        "at most 15" in each or "decimal number" in each for each in refused(count("lines", asks("charge", "is", "1E999999")))
    )
    assert refused(count("lines", asks("charge", "at_least", "NaN")))


def test_r05_no_field_that_is_not_given_makes_a_rule_fail() -> None:
    """Every field and attribute with every operator, on an account that has nothing."""
    bare = case(
        {"id": "a", "patient_class": "clinic", "discharge_date": "2026-06-13", "diagnoses": [{"code": "I10"}], "documents": []}
    )
    for name, attribute in FIELDS.items():
        for operator in attribute.operators:
            compile_rule("x", 1, definition(field(name, operator, some_value(attribute, operator)))).judge(bare)
    full = case(procedures=[{"code": "02703DZ"}], lines=[{"hcpcs": "99284"}], related_accounts=[{"id": "b"}])
    for name, collection in COLLECTIONS.items():
        for attribute in collection.attributes.values():
            for operator in attribute.operators:
                test = asks(attribute.name, operator, some_value(attribute, operator))
                compile_rule("x", 1, definition(count(name, test))).judge(full)


def some_value(attribute: Any, operator: str) -> Any:
    one = {"code": "I10", "text": "x", "whole": 3, "amount": "3", "flag": True, "date": {"of": "admission", "days": 1}}
    value = attribute.choices[0][0] if attribute.kind == "word" else one[attribute.kind]
    if operator in {"given", "not_given"}:
        return None
    if operator in {"one_of", "none_of", "under", "not_under"}:
        return [value]
    return [value, value] if operator == "between" else value


@pytest.mark.parametrize(
    "path", ["account.facility.users.password", "__class__", "._meta", "facts", "judge", "", None, 5, ["age"]]
)
def test_r06_only_words_of_the_vocabulary_are_asked_about(path: Any) -> None:
    for when in (field(path, "is", "x"), count("diagnoses", asks(path, "is", "x"))):
        assert any("that a rule can ask about" in each for each in refused(when))
    if isinstance(path, str):
        assert refused({"count": {"of": path, "at_least": 1}})


@pytest.mark.parametrize(
    "text",
    [
        "Look at {{ account }} again.",
        "{% load static %} here.",
        "{0.__class__} is wrong.",
        "{codes.__class__} is wrong.",
        "{codes!r} is wrong.",
        "{codes:>999999999} is wrong.",
        "{patient_name} is wrong.",
        "An open { brace here.",
        "Insert %s and see.",
        "Insert %(name)s and see.",
        "Insert ${HOME} and see.",
    ],
)
def test_r07_braces_and_format_strings_are_refused(text: str) -> None:
    assert refused(message=text)
    assert refused(title=text)


def test_r07_a_word_from_the_facts_is_never_filled_in_again() -> None:
    (one,) = found(INFARCTION, case(service="{codes} {principal}"), message="The service {service} needs a look.")
    assert one.message == "The service {codes} {principal} needs a look."


@pytest.mark.parametrize(
    "text",
    ["__import__('os').system('id')", "eval('1+1') of it", "See lambda x: x", "open('/etc/passwd') now", "getattr(case, 'x')"],
)
def test_r08_program_text_is_refused_and_would_only_be_text(text: str) -> None:
    for place in ("title", "message", "reference"):
        assert any("no code" in each for each in refused(**{place: text}))


def test_r08_words_that_only_look_like_a_program_are_left_alone() -> None:
    assert refused(message="Kappa and lambda light chains need the open approach (imported report).") == []


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"all": []}, "There is no clause in it."),
        (count("diagnoses", at_least=0), "This is true of every account."),
        (count("diagnoses", at_least=None, at_most=None), "Say how many"),
        (count("diagnoses", at_least=3, at_most=2), "At least is more than at most"),
        (count("principal", at_least=2), "This can never be true"),
        (count("principal", at_least=None, at_most=1), "This is true of every account."),
        (field("age_years", "between", [65, 18]), "The range is empty"),
        (field("age_years", "at_least", 0), "This is true of every account."),
        (count("diagnoses", asks("code", "under", ["I16-I10"])), "is empty"),
        (count("diagnoses", asks("code", "one_of", [])), "The list is empty."),
        ({"all": [field("age_years", "at_least", 65), field("age_years", "at_most", 17)]}, "contradict each other"),
        ({"all": [field("sex", "is", "F"), field("sex", "is", "M")]}, "contradict each other"),
        (count("diagnoses", asks("poa", "is", "N"), asks("poa", "not_given")), "contradict each other"),
        ({"all": [INFARCTION, {"none": [INFARCTION]}]}, "This can never be true"),
        ({"any": [INFARCTION, no("principal", asks("code", "under", ["I21"]))]}, "This is true of every account."),
        ({"all": [INFARCTION, INFARCTION]}, "stands here twice"),
    ],
)
def test_r09_a_rule_that_is_always_or_never_true_is_refused(when: Plain, sentence: str) -> None:
    assert any(sentence in each for each in refused(when)), refused(when)


def test_r09_a_scope_that_leaves_no_account_is_refused() -> None:
    clinic = {"all": [INFARCTION, field("patient_class", "is", "clinic")]}
    assert refused(clinic, scope={"classes": ["inpatient"]}) == ["This can never be true of any account."]
    assert refused(starts="2026-10-01", ends="2026-10-01") == ["The rule ends before it starts: it covers no account."]


def test_r09_a_rule_cannot_ask_about_another_rule_so_that_there_is_no_cycle() -> None:
    words = {*FIELDS, *COLLECTIONS, *(name for each in COLLECTIONS.values() for name in each.attributes)}
    assert not {word for word in words if "rule" in word or "finding" in word or "hold" in word or "verdict" in word}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<div hx-get=/release/1>",
        "javascript:alert(1)",
        "hx-get=/x it",
        "&lt;b&gt;",
    ],
)
def test_r11_markup_is_refused(text: str) -> None:
    for place in ("title", "message", "reference"):
        assert any("Markup" in each for each in refused(**{place: text}))


def test_r11_a_plain_comparison_is_no_markup() -> None:
    assert refused(message="Ages < 18 need the pediatric form.") == []


def test_r12_there_is_no_address_to_call() -> None:
    assert refused(webhook="http://127.0.0.1/") == ["A rule has no such part."]
    for text in ("See http://169.254.169.254/ now", "See www.example.org now", "file:///etc/passwd it"):
        assert any("An address" in each for each in refused(message=text))


def test_r14_a_file_of_another_format_word_or_hand_is_refused() -> None:
    text = to_file(RuleFile("stent_note", definition(), ()))
    assert to_file(from_file(text)) == text
    for change in (
        lambda raw: raw | {"format": 2},
        lambda raw: raw | {"format": None},
        lambda raw: raw | {"author": "ada"},
        lambda raw: raw | {"key": "../../etc"},
        lambda raw: raw | {"definition": raw["definition"] | {"condition": 5}},
        lambda raw: raw | {"definition": raw["definition"] | {"when": field("age_years", "matches", "x")}},
        lambda raw: raw | {"sha256": "0" * 64},
    ):
        with pytest.raises(DefinitionError):
            from_file(json.dumps(change(json.loads(text))))


def test_r14_a_stored_rule_that_can_no_longer_be_read_holds() -> None:
    broken = compile_text("old", 3, '{"title": "from another version"}')
    facts = facts_from_json(stay())
    (finding,) = evaluate(facts, RuleSet([broken]), NoTables(), STANDARD).findings
    assert (finding.severity, finding.message) == ("hold", "The rule lab.old could not be evaluated (DefinitionError).")


def test_r15_ten_thousand_rules_that_must_all_be_asked_take_less_than_a_second() -> None:
    one = compile_rule("r", 1, definition(count("diagnoses", asks("poa", "is", "N"))))
    rules, facts = RuleSet(replace(one, id=f"lab.r{number}") for number in range(10_000)), facts_from_json(stay())
    begun = time.process_time()
    evaluate(facts, rules, NoTables(), STANDARD)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("key", ['{"title":"a","title":"b"}', '{"when":{"all":[],"all":[]}}'])
def test_a_key_given_twice_is_refused(key: str) -> None:
    with pytest.raises(DefinitionError, match="given twice"):
        definition_from_json(key)


@pytest.mark.parametrize("letter", ["\x00", "\ud800", "\n", "\u202e", "\u200b", "\ufeff"])
def test_letters_that_cannot_be_seen_are_refused(letter: str) -> None:
    assert any("cannot be seen" in each for each in refused(message=f"Look {letter} at it."))


@pytest.mark.parametrize("code", ["Е119", "E11.9\u00ad", "Ｅ119", "E11_9", "E119'", "E11;9"])
def test_codes_are_letters_and_digits(code: str) -> None:
    assert refused(count("diagnoses", asks("code", "is", code)))


@pytest.mark.parametrize(
    "text",
    [
        "Without it the payment is lower.",
        "Medicare pays for this.",
        "This raises reimbursement.",
        "It costs 500 dollars.",
        "It costs $500 at least.",
        "A higher DRG is possible.",
        "The DRG goes up with it.",
        "This would increase the case mix.",
    ],
)
def test_a_message_that_names_payment_is_refused(text: str) -> None:
    assert any("never speak of payment" in each for each in refused(message=text))


@pytest.mark.parametrize(
    "text", ["Set POA to Y for {codes}.", "POA should be yes here.", "Y is the present on admission indicator."]
)
def test_a_message_that_suggests_an_indicator_is_refused(text: str) -> None:
    assert any("present-on-admission" in each for each in refused(message=text))


@pytest.mark.parametrize(
    "text", ["The payer {payer} asks for revenue code 0360.", "DRG {drg} needs the second signature.", "POA of {codes} is N."]
)
def test_payers_revenue_codes_and_the_drg_may_be_named(text: str) -> None:
    assert refused(message=text) == []


def test_a_rule_that_could_not_hold_has_no_override() -> None:
    assert refused(severity="warn", override="reason") == ["Only a rule that holds can be overridden."]


def test_anchors_of_a_rule_that_is_never_true_do_not_break() -> None:
    assert anchors_of(definition({"all": [field("patient_class", "is", "clinic")]}, scope={"classes": ["inpatient"]}))
