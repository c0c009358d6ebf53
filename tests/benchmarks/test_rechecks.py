"""The arithmetic of bulk figures: by the clock, by processors alone, and of a coder meanwhile."""

import pytest

from benchmarks.processors import Used, _Process, _seconds
from benchmarks.rechecks import Course, Latency, rule
from coding_workflow.guidelines.lab.anchors import anchors_of
from coding_workflow.guidelines.lab.limits import faults

pytestmark = pytest.mark.once


def test_accounts_a_second_are_those_by_the_clock_and_those_of_cores_alone() -> None:
    course = Course(accounts=4000, seconds=20.0, python=12.0, database=4.0, written=1.0)
    assert course.per_second == 200
    assert course.alone(2) == 500
    assert course.hundred_thousand() == 500


def test_a_latency_is_one_that_was_measured() -> None:
    assert Latency.of([30.0, 10.0, 20.0]) == Latency(3, 20.0, 30.0)


def test_processor_time_is_that_between_two_looks() -> None:
    assert Used(9.0, 4.0) - Used(3.0, 1.0) == Used(6.0, 3.0)
    assert Used(6.0, 3.0).both == 9.0


def test_a_process_counts_with_all_that_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sysconf", lambda name: 100)
    every = {
        1: _Process(0, "other", 900, 900),
        2: _Process(1, "worker", 100, 50),
        3: _Process(2, "child", 30, 0),
        4: _Process(3, "grandchild", 20, 0),
    }
    assert _seconds(2, every) == 2.0
    assert _seconds(9, every) == 0.0


def test_the_rule_that_is_tested_is_sound_and_reads_every_account() -> None:
    assert not faults(rule())
    anchors = anchors_of(rule())
    assert not anchors.tokens
    assert not anchors.classes
    assert not anchors.payers
