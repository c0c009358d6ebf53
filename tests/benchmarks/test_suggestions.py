"""Precision and recall of suggestions on the demo's notes have a floor."""

import pytest

from benchmarks.suggestions import Agreement, agreement, measured, remarks
from coding_workflow.codesets.naming import Names, Titled
from worklist.demo.stories import featured

pytestmark = pytest.mark.usefixtures("coded_db")

#: A little below what is reached (told 0.95 and 0.67, generated 0.95 and 0.91): a word added or lost may move them.
FLOORS = {"told": (0.9, 0.62), "generated": (0.92, 0.88)}


def test_suggestions_on_the_demos_notes_are_mostly_right_and_find_most_codes() -> None:
    found = measured()
    assert set(found) == set(FLOORS)
    for kind, (precision, recall) in FLOORS.items():
        assert found[kind].precision >= precision, found[kind]
        assert found[kind].recall >= recall, found[kind]


def test_the_figures_are_told_below_the_table() -> None:
    assert len(remarks([])) == len(remarks(["suggestions"])) == 2
    assert remarks(["journey"]) == []
    assert remarks([])[0].startswith("Suggestions on the demo's told notes: precision 0.")


def test_what_names_nothing_finds_nothing_and_counts_as_missed() -> None:
    found = agreement(featured(), Names([Titled("X", "never said", (), 0)]))
    assert (found.right, found.wrong, found.recall, found.precision) == (0, 0, 0, 0)
    assert found.missed > 50


def test_shares_are_of_what_was_offered_and_of_what_was_assigned() -> None:
    found = Agreement(stories=2, right=3, wrong=1, missed=3)
    assert (found.precision, found.recall) == (0.75, 0.5)
    assert str(found) == "precision 0.75, recall 0.50 (3 of 4 offered, 3 of 6 assigned; 2 records)"
