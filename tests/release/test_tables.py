"""The engine's questions answered from the loaded releases."""

import datetime
from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from coding_workflow.codesets.selectors import lookup
from coding_workflow.release.books import _expand
from coding_workflow.release.tables import tables_in_force

pytestmark = pytest.mark.usefixtures("coded_db")
IN_FORCE = datetime.date(2026, 6, 1)


def test_codes_are_answered_from_the_release_of_the_date() -> None:
    tables = tables_in_force(IN_FORCE)
    assert tables.loaded("ICD-10-CM") == tables.loaded("ICD-10-CM-NOTES") == "2026-04-01"
    whole, heading = tables.code("ICD-10-CM", "I214"), tables.code("ICD-10-CM", "I21")
    assert whole and whole.billable and heading and not heading.billable


def test_what_cannot_be_a_code_is_not_in_the_table() -> None:
    assert tables_in_force(IN_FORCE).code("ICD-10-CM", "I21\u0410") is None


@pytest.mark.parametrize("on", [datetime.date(2026, 10, 1), datetime.date(2026, 3, 31), None])
def test_outside_the_release_nothing_is_loaded(on: datetime.date | None) -> None:
    tables = tables_in_force(on)
    assert tables.loaded("ICD-10-CM") is None
    assert tables.code("ICD-10-CM", "I214") is None
    assert tables.notes("I214") is None


def test_notes_come_from_the_code_and_everything_above_it() -> None:
    notes = tables_in_force(IN_FORCE).notes("F458")
    assert notes and "G4763" in notes.excludes1
    manifestation = tables_in_force(IN_FORCE).notes("F02B0")
    assert manifestation and manifestation.manifestation and "G30" in manifestation.code_first


def test_another_day_of_the_same_release_does_not_ask_about_its_codes_again(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first = tables_in_force(IN_FORCE)
    answers = first.loaded("ICD-10-CM-NOTES"), first.code("ICD-10-CM", "I5022"), first.notes("I5022")
    with django_assert_num_queries(1):
        again = tables_in_force(IN_FORCE + datetime.timedelta(days=1))
        assert answers == (again.loaded("ICD-10-CM-NOTES"), again.code("ICD-10-CM", "I5022"), again.notes("I5022"))


def test_a_code_is_answered_only_on_its_own_dates() -> None:
    entry = lookup("ICD-10-CM", "I214", IN_FORCE)
    assert entry and entry.valid_on(IN_FORCE)
    ended = replace(entry, valid_until=IN_FORCE)
    begins = replace(entry, valid_from=IN_FORCE + datetime.timedelta(days=1))
    assert not ended.valid_on(IN_FORCE) and not begins.valid_on(IN_FORCE)
    assert ended.valid_on(IN_FORCE - datetime.timedelta(days=1))


def test_asking_again_does_not_ask_the_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tables_in_force(IN_FORCE).notes("I5023")
    with django_assert_num_queries(1):
        tables = tables_in_force(IN_FORCE)
        assert tables.loaded("ICD-10-CM")
        assert tables.code("ICD-10-CM", "I5023") and tables.notes("I5023")


@pytest.mark.parametrize(
    ("target", "inside", "outside"),
    [
        ("C00-D49", ("C00", "C7A", "C96", "D3A", "D49"), ("D50", "B99")),
        ("I20-I25", ("I20", "I25"), ("I19", "I26", "I2A")),
        ("O10-O16", ("O10", "O16"), ("O17", "O09")),
        ("A00-B99", ("A00", "B20", "B99"), ("C00",)),
        ("O0830-O0839", ("O0830", "O0839"), ("O0840",)),
    ],
)
def test_a_range_of_a_note_is_all_categories_in_it(target: str, inside: tuple[str, ...], outside: tuple[str, ...]):
    prefixes = tuple(_expand(target))
    assert all(code.startswith(prefixes) for code in inside)
    assert not any(code.startswith(prefixes) for code in outside)
