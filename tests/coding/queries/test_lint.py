"""The linter: a table of questions with what it must say, and what holds for every question there can be."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_workflow.coding.queries import REASONS, YES_NO_REASONS, Question, blocks, lint, options_of
from coding_workflow.coding.queries.lint import MOST_CHARACTERS
from coding_workflow.coding.queries.templates import TEMPLATES, YES_NO

QUOTE = ("SpO2 84 % on room air, BiPAP for 6 hours.",)
GOOD = Question(
    kind="multiple_choice",
    reason="treatment",
    subject="Condition treated by breathing support",
    text="Breathing support was given with the findings quoted. Which condition was treated by it?",
    options=("Acute respiratory failure with hypoxia", "Hypoxemia without respiratory failure", "Other", "Unable to determine"),
    indicators=QUOTE,
)
YES = Question(
    kind="yes_no",
    reason="present_on_admission",
    subject="Time of onset",
    text="Was the stage 3 pressure ulcer present at the time of the inpatient order?",
    options=YES_NO,
    indicators=("Stage 3 pressure ulcer of the sacrum, hospital day 2.",),
)
COMPLIANT = [
    pytest.param(GOOD, id="alternatives that leave the answer open"),
    pytest.param(replace(GOOD, kind="open", options=()), id="open"),
    pytest.param(YES, id="present on admission by yes or no"),
    pytest.param(replace(GOOD, options=("A", "B", "None of the above", "Clinically undetermined")), id="other words"),
    pytest.param(replace(GOOD, text="He received 500 CC of saline. Which condition was treated?"), id="CC is a volume here"),
    pytest.param(replace(GOOD, text="NSTEMI is quoted. Which type?", indicators=("NSTEMI, treated.",)), id="short form"),
    pytest.param(replace(GOOD, text="Is the AKI acute on chronic?", indicators=("Acute renal failure.",)), id="other name"),
]


@pytest.mark.parametrize("question", COMPLIANT)
def test_a_compliant_question_has_no_finding(question: Question) -> None:
    assert lint(question) == ()


def _text(words: str, **more: Any) -> Question:
    return replace(GOOD, text=f"{words} What is the condition?", **more)


#: Question, code of the finding, severity, the words to blame (empty: no words are).
CASES = [
    ("DRG", _text("The DRG changes."), "money", "block", "DRG"),
    ("MS-DRGs", _text("Two MS-DRGs fit."), "money", "block", "MS-DRGs"),
    ("CC", _text("It is a CC for us."), "money", "block", "CC"),
    ("MCC", _text("An MCC is missing."), "money", "block", "MCC"),
    ("CC/MCC", _text("CC/MCC capture."), "money", "block", "CC/MCC"),
    ("reimbursement", _text("For reimbursement."), "money", "block", "reimbursement"),
    ("a payer", _text("The payer asks."), "money", "block", "payer"),
    ("dollars", _text("Worth $4,000."), "money", "block", "$"),
    ("a denial", _text("To avoid a denial."), "money", "block", "denial"),
    ("a weight", _text("The relative weight rises."), "money", "block", "relative weight"),
    ("case mix", _text("Our case-mix index."), "money", "block", "case-mix index"),
    ("severity", _text("For severity of illness."), "quality", "block", "severity of illness"),
    ("SOI", _text("SOI is low."), "quality", "block", "SOI"),
    ("PSI", _text("This is PSI-03."), "quality", "block", "PSI-03"),
    ("a HAC", _text("It would be a HAC."), "quality", "block", "HAC"),
    ("quality", _text("For our quality measures."), "quality", "block", "quality measures"),
    ("a profile", _text("It helps your profile."), "quality", "block", "your profile"),
    ("risk adjustment", _text("For risk adjustment."), "quality", "block", "risk adjustment"),
    ("an order to document", _text("Please document this."), "leading", "block", "Please document"),
    ("a rule to document", _text("It should be documented."), "leading", "block", "should be documented"),
    ("agreement", _text("Would you agree?"), "leading", "block", "Would you agree"),
    ("a negative question", _text("Isn't this new?"), "leading", "block", "Isn't this"),
    ("criteria met", _text("The patient meets criteria for it."), "leading", "block", "meets criteria for"),
    ("an opinion", _text("We believe it is new."), "leading", "block", "We believe"),
    ("capitals", _text("This is IMPORTANT."), "emphasis", "block", "IMPORTANT"),
    ("exclamation", _text("Look!!"), "emphasis", "block", "!!"),
    ("an unfilled place", _text("About [diagnosis as documented]."), "blank", "block", "[diagnosis as documented]"),
    ("weighing", _text("This is consistent with it."), "nudging", "warn", "consistent with"),
    ("an earlier stay", _text("In a previous admission it was so."), "prior_encounter", "warn", "previous admission"),
    ("a new diagnosis", _text("Could it be sepsis?"), "introduces", "block", "sepsis"),
    ("a title that answers", replace(GOOD, subject="Sepsis clarification"), "introduces", "block", "Sepsis"),
    ("money in an option", replace(GOOD, options=(*GOOD.options, "The higher paid one")), "money", "block", "paid"),
    ("no question mark", replace(GOOD, text="Which condition was treated."), "no_question", "warn", ""),
    ("no question", replace(GOOD, text=" \n"), "empty", "block", ""),
    ("no subject", replace(GOOD, subject=""), "empty", "block", ""),
    ("too long", replace(GOOD, text="a?" * MOST_CHARACTERS), "long", "block", ""),
    ("no indicator", replace(GOOD, indicators=()), "no_indicator", "block", ""),
    ("a blank indicator", replace(GOOD, indicators=(" ",)), "no_indicator", "block", ""),
    ("no other", replace(GOOD, options=("A", "B", "Unable to determine")), "without_other", "block", ""),
    ("no way out", replace(GOOD, options=("A", "B", "Other")), "without_undetermined", "block", ""),
    ("no alternative", replace(GOOD, options=("Other", "Unable to determine")), "without_choice", "block", ""),
    ("one alternative", replace(GOOD, options=("A", "Other", "Unable to determine")), "one_choice", "warn", ""),
    ("the same twice", replace(GOOD, options=("A", " a ", *GOOD.options[2:])), "twice", "block", ""),
    ("an empty option", replace(GOOD, options=("A", "", *GOOD.options)), "empty", "block", ""),
    ("too many", replace(GOOD, options=(*map(str, range(11)), *GOOD.options[2:])), "many", "block", ""),
    ("options of an open question", replace(GOOD, kind="open"), "options", "block", ""),
    ("another kind", replace(GOOD, kind="essay"), "kind", "block", ""),  # type: ignore[arg-type]
    ("another reason", replace(GOOD, reason="because"), "reason", "block", ""),
    ("no without yes", replace(YES, options=YES_NO[1:]), "without_yes", "block", ""),
    ("yes without no", replace(YES, options=(YES_NO[0], *YES_NO[2:])), "without_no", "block", ""),
    ("more than yes and no", replace(YES, options=("Maybe", *YES_NO)), "not_yes_no", "block", ""),
    ("yes or no of what is not documented", replace(YES, indicators=("Red skin.",)), "introduces", "block", "pressure ulcer"),
]


@pytest.mark.parametrize(("question", "code", "severity", "words"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_what_is_wrong_is_named_with_its_words(question: Question, code: str, severity: str, words: str) -> None:
    found = [finding for finding in lint(question) if finding.code == code]
    assert [(finding.severity, finding.words) for finding in found] == [(severity, words)]
    assert blocks(found) == (severity == "block")
    assert found[0].why and "ACDIS" in found[0].reference


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_yes_or_no_is_only_asked_about_what_is_documented(reason: str) -> None:
    assert ("yes_no" in {finding.code for finding in lint(replace(YES, reason=reason))}) == (reason not in YES_NO_REASONS)
    assert "yes_no" not in {finding.code for finding in lint(replace(GOOD, reason=reason))}


@pytest.mark.parametrize("template", [pytest.param(each, id=each.code) for each in TEMPLATES if each.code != "blank"])
def test_a_template_lacks_only_what_the_coder_fills_in(template: Any) -> None:
    quotes = ("Heart failure. Diagnosis as documented.",)
    raw = Question(template.kind, template.reason, template.subject, template.text, template.options, quotes)
    assert {finding.code for finding in lint(raw)} <= {"blank"}
    filled = replace(raw, text=_fill(raw.text), options=tuple(map(_fill, raw.options)))
    assert lint(filled) == ()
    assert {finding.code for finding in lint(replace(filled, indicators=()))} >= {"no_indicator"}


def _fill(text: str) -> str:
    """Each place filled with other words, so that no two options become the same."""
    return re.sub(r"\[(\w+)[^\]]*\]", r"the \1 finding", text)


def test_what_the_options_stand_for() -> None:
    said = options_of("yes_no", ("Yes", "No", "Other: ____", "Clinically undetermined"))
    assert [option for option, _ in said] == ["yes", "no", "other", "undetermined"]
    assert [option for option, _ in options_of("multiple_choice", ("Yes", "No known cause", "None of the above"))] == [
        "supported",
        "supported",
        "other",
    ]


_WORDS = st.text(max_size=200) | st.sampled_from(["DRG $ sepsis please document", "CC/MCC!!", "[x] severity İẞ", "a\n\x00b"])
_QUESTIONS = st.builds(
    Question,
    kind=st.sampled_from(["open", "multiple_choice", "yes_no", ""]),
    reason=st.sampled_from([*REASONS, ""]),
    subject=_WORDS,
    text=_WORDS,
    options=st.lists(_WORDS, max_size=14).map(tuple),
    indicators=st.lists(_WORDS, max_size=3).map(tuple),
)


@given(_QUESTIONS)
def test_it_never_fails_says_the_same_again_and_its_positions_are_true(question: Question) -> None:
    found = lint(question)
    assert lint(question) == found
    texts = {"subject": question.subject, "question": question.text}
    texts |= {f"option:{number}": option for number, option in enumerate(question.options)}
    for finding in found:
        assert finding.severity in ("block", "warn")
        if finding.words:
            assert texts[finding.place][finding.start : finding.end] == finding.words
        else:
            assert finding.start == finding.end == 0


@given(st.text(alphabet="abc xyz\n.", max_size=80), st.sampled_from([case[1] for case in CASES if case[4]]))
def test_harmless_words_around_it_hide_nothing(around: str, question: Question) -> None:
    longer = replace(question, text=f"{around} {question.text}\n{around}")
    assert _blamed(question) <= _blamed(longer)


def _blamed(question: Question) -> set[tuple[str, str]]:
    return {(finding.code, finding.words) for finding in lint(question) if finding.place == "question" and finding.words}
