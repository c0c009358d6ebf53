"""What the engine asks of tables is asked once, kept, and answered again from what was kept."""

import datetime
import json
from collections import Counter
from typing import Any

import pytest

from coding_workflow.guidelines import grouper
from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import facts_from_json
from coding_workflow.guidelines.grouper import GroupingClaim
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.tables import CodeAnswer, PairAnswer, ReplayTables, UnitsAnswer

from .book import Book, policy
from .stories import dx, line, outpatient

_NCCI = ("HCPCS", "CPT", "HCPCS-MODIFIER", "NCCI-PTP", "MUE")


class Asked(Book):
    """A book with one NCCI pair and limits of two units, that counts what it is asked."""

    def __init__(self, on: datetime.date | None, indicator: str = "1") -> None:
        super().__init__(on)
        self.questions: Counter[Any] = Counter()
        self._pair = PairAnswer("45385", "45380", indicator)

    def loaded(self, system: str, on: datetime.date | None = None) -> str | None:
        return "2026-04-01" if system in _NCCI else super().loaded(system)

    def code(self, system: str, code: str, on: datetime.date | None = None) -> CodeAnswer | None:
        self.questions[system, code] += 1
        return CodeAnswer(code, code) if system in _NCCI else super().code(system, code)

    def pairs(self, codes: frozenset[str], on: datetime.date | None = None) -> tuple[PairAnswer, ...]:
        self.questions[codes] += 1
        return (self._pair,) if {"45385", "45380"} <= codes else ()

    def unit_limit(self, code: str, on: datetime.date | None = None) -> UnitsAnswer | None:
        return UnitsAnswer(2, "2")


def _colonoscopy(*lines: dict[str, Any]) -> dict[str, Any]:
    return outpatient("outpatient_surgery", diagnoses=dx("K63.5", poa=""), lines=list(lines))


def _rules(account: dict[str, Any], indicator: str = "1") -> set[str]:
    facts = facts_from_json(account)
    evaluation = evaluate(facts, builtin(), Asked(facts.tables_date, indicator), policy())
    return {finding.rule for finding in evaluation.findings if finding.rule.startswith("ncci.")}


@pytest.mark.parametrize(
    ("second", "indicator", "found"),
    [
        (line("45380"), "1", {"ncci.pair"}),
        (line("45380", "59"), "1", set()),
        (line("45380", "59"), "0", {"ncci.pair"}),
        (line("45380"), "9", set()),
        (line("45380", date="2026-06-12"), "1", set()),
        (line("45380", "59", units=3), "1", {"ncci.units_absolute"}),
    ],
)
def test_a_pair_holds_on_one_day_unless_a_modifier_passes_it(second: dict[str, Any], indicator: str, found: set[str]) -> None:
    assert _rules(_colonoscopy(line("45385"), second), indicator) == found


def test_every_question_is_asked_once_and_answered_again_from_the_record() -> None:
    facts = facts_from_json(_colonoscopy(line("45385"), line("45380"), line("45378", "PT")))
    book = Asked(facts.tables_date)
    first = evaluate(facts, builtin(), book, policy())
    assert set(book.questions.values()) == {1}
    kept = json.loads(json.dumps(first.answers))
    again = evaluate(facts, builtin(), ReplayTables(kept), policy())
    assert again.as_json() == first.as_json()
    assert "ncci.pair" in {finding.rule for finding in first.findings}


def test_a_question_that_was_never_answered_is_an_error() -> None:
    facts = facts_from_json(_colonoscopy(line("45385"), line("45380")))
    kept = json.loads(json.dumps(evaluate(facts, builtin(), Asked(facts.tables_date), policy()).answers))
    replay = ReplayTables(kept)
    with pytest.raises(KeyError):
        replay.pairs(frozenset({"45385", "45378"}))


def test_the_grouper_is_asked_once_for_equal_claims_and_again_for_another() -> None:
    def claim(code: str) -> GroupingClaim:
        return GroupingClaim(datetime.date(2026, 6, 13), "", 60, "M", "01", False, "", ((code, "Y"),), ())

    grouper.answer.cache_clear()
    first, same, other = grouper.answer(claim("I214")), grouper.answer(claim("I214")), grouper.answer(claim("J189"))
    assert same is first
    assert other != first
    assert grouper.answer.cache_info().misses == 2
