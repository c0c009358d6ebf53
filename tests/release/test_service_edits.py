"""NCCI asked for many accounts at once: the answers that each gets by itself, and never those of other services or sets."""

import datetime
from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from coding_workflow.codesets.codes import MUE, NCCI_PTP
from coding_workflow.guidelines.facts import Facts, Payer
from coding_workflow.release.tables import DatabaseTables, service_edits, tables_of

from .test_dates_and_sets import AFTER, BEFORE, _line, _load, _visit

pytestmark = pytest.mark.django_db

D = datetime.date
PAIRS = "col1,col2,deleted,modifier,rationale\nA4301,A4300,9999-12-31,{},x\nA4301,J1100,9999-12-31,0,x"
UNITS = "code,mue,mai,rationale\nJ1100,{},3,x\nA4300,5,2,x"
SERVICES = ("A4301", "A4300", "J1100")


@pytest.fixture(autouse=True)
def loaded() -> None:
    """A quarter and the next, each with its own indicator and limit; and Medicaid's set."""
    for system, text, values in (("NCCI-PTP-HOSPITAL", PAIRS, "01"), ("MUE-HOSPITAL", UNITS, "29")):
        _load(system, text.format(values[0]), D(2026, 7, 1), AFTER)
        _load(system, text.format(values[1]), AFTER, D(2027, 1, 1))
    _load("NCCI-PTP-MEDICAID-HOSPITAL", PAIRS.format(1), D(2026, 7, 1), D(2027, 1, 1))


def visit(*services: str, payer: str = "medicare") -> Facts:
    return _visit(*(_line(code, day) for code in services for day in (BEFORE, AFTER)), payer=Payer("P", payer))


def answers(tables: DatabaseTables) -> list[object]:
    return [
        (
            tables.pairs(frozenset(SERVICES), day),
            [tables.unit_limit(code, day) for code in SERVICES],
            tables.loaded(NCCI_PTP, day),
        )
        for day in (BEFORE, AFTER)
    ]


def test_each_account_gets_the_answers_that_it_gets_alone() -> None:
    visits = [visit("A4301", "A4300"), visit("A4300", "J1100"), visit(*SERVICES), visit(*SERVICES, payer="medicaid"), visit()]
    edits = service_edits([tables_of(facts) for facts in visits])
    together = [answers(tables_of(facts, edits=edits)) for facts in visits]
    assert together == [answers(tables_of(facts)) for facts in visits]
    assert len({str(each) for each in together}) == len(visits)


def test_two_questions_serve_them_all(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tables = [tables_of(visit(*SERVICES[:number])) for number in (2, 3, 2)]
    with django_assert_num_queries(2):
        edits = service_edits(tables)
    asked = [tables_of(visit(*SERVICES[:number]), edits=edits) for number in (2, 3)]
    with django_assert_num_queries(0):
        assert all(answers(each) for each in asked)


@pytest.mark.parametrize("change", [{"lines": visit(*SERVICES).lines}, {"payer": Payer("P", "medicaid")}])
def test_what_was_not_read_together_is_asked_for_by_itself(change: dict) -> None:
    read = visit("A4301", "A4300")
    edits = service_edits([tables_of(read)])
    other = replace(read, **change)
    assert answers(tables_of(other, edits=edits)) == answers(tables_of(other))


def test_nothing_is_asked_where_nothing_is_loaded(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    early = replace(visit(), lines=tuple(_line(code, D(2026, 1, 5)) for code in SERVICES), discharge_date=D(2026, 1, 5))
    tables = [tables_of(early)]
    assert not tables[0].releases_of(MUE)
    with django_assert_num_queries(0):
        service_edits(tables)
