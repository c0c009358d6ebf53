"""Loading a release: whole, once, never overlapping, never changed afterwards."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from coding_workflow.codesets import selectors
from coding_workflow.codesets.indexing import index_table
from coding_workflow.codesets.loaders import SourceFile, read
from coding_workflow.codesets.models import Code, TableRelease
from coding_workflow.codesets.services import load_table, preview

BY = Actor.system("codesets.test")
OCTOBER, APRIL, END = datetime.date(2025, 10, 1), datetime.date(2026, 4, 1), datetime.date(2026, 10, 1)

pytestmark = pytest.mark.django_db


def _table(**titles: str):
    """A small order file: headings have three characters."""
    lines = [
        f"{n:05} {code:<7} {int(len(code) > 3)} {title:<60} {title}" for n, (code, title) in enumerate(titles.items(), start=1)
    ]
    return read("ICD-10-CM", [SourceFile("small.txt", "\n".join(lines).encode())])


def _first(**changes: str):
    return _table(**{"A00": "Cholera", "A000": "Cholera, classical", "A009": "Cholera, unspecified", **changes})


def _load(table=None, **period):
    return load_table(table=table or _first(), by=BY, **{"starts": OCTOBER, "ends": END, **period})


def test_a_release_is_loaded_with_its_rows_and_period():
    release = _load(label="FY2026").release
    assert (release.rows, release.codes.count(), release.complete) == (3, 3, True)
    assert (release.effective.lower, release.effective.upper) == (OCTOBER, END)
    assert release.codes.get(code="A000").parent == "A00"


def test_an_order_file_brings_no_notes_and_says_so():
    assert not selectors.has_notes(_load().release)


def test_the_same_file_again_changes_nothing():
    first = _load()
    again = _load()
    assert again.already and again.release == first.release
    assert Code.objects.count() == 3


def test_an_overlapping_release_is_refused_and_leaves_nothing_behind():
    _load(label="FY2026")
    with pytest.raises(Conflict, match="“FY2026” of ICD-10-CM is in force until 10/01/2026"):
        _load(_first(A001="Cholera, new"), starts=APRIL)
    assert (TableRelease.objects.count(), Code.objects.count()) == (1, 3)


def test_an_update_takes_over_from_its_first_day():
    october = _load().release
    april = _load(_first(A001="Cholera, new"), starts=APRIL, take_over=True).release
    october.refresh_from_db()
    assert october.effective.upper == APRIL
    assert selectors.loaded("ICD-10-CM", APRIL - datetime.timedelta(days=1)) == october
    assert selectors.loaded("ICD-10-CM", APRIL) == april


def test_a_date_without_a_release_is_not_loaded():
    _load()
    assert selectors.loaded("ICD-10-CM", END) is None
    assert selectors.lookup("ICD-10-CM", "A00.0", END) is None
    assert selectors.lookup("ICD-10-CM", "A00.0", END - datetime.timedelta(days=1)) is not None


def test_a_period_must_be_given_and_must_not_be_empty():
    with pytest.raises(Refused, match="does not say when it is in force"):
        load_table(table=_first(), by=BY)
    with pytest.raises(Refused, match="period is empty"):
        _load(starts=END, ends=OCTOBER)


def test_a_preview_counts_and_writes_nothing():
    _load()
    change = preview(table=_table(A00="Cholera", A000="Cholera, renamed", A001="Cholera, new"), starts=APRIL)
    assert (change.added, change.deleted, change.revised) == (1, 1, 1)
    assert TableRelease.objects.count() == 1


def test_a_preview_of_the_same_file_says_that_it_is_loaded():
    release = _load().release
    change = preview(table=_first(), starts=OCTOBER)
    assert change.already and change.previous == release


def test_a_preview_of_another_file_for_the_same_day_compares_with_the_loaded_one():
    release = _load().release
    change = preview(table=_first(A001="Cholera, new"), starts=OCTOBER)
    assert (change.previous, change.added, change.deleted, change.revised) == (release, 1, 0, 0)


def test_a_preview_of_the_first_release_counts_all_its_codes():
    change = preview(table=_first(), starts=OCTOBER)
    assert (change.previous, change.added) == (None, 3)


def test_text_with_copys_own_signs_is_stored_as_it_is():
    _load(_first(A000="Back\\slash \\N and\ttab"))
    assert Code.objects.get(code="A000").long_title == "Back\\slash \\N and\ttab"


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch):
    def broken(table):
        lines = index_table(table)
        return type(lines)(lines.codes, lines.groups, ("no such line\n",))

    monkeypatch.setattr("coding_workflow.codesets.services.writing.index_table", broken)
    with pytest.raises(Exception, match=r"missing data|invalid input"):
        _load()
    connection.needs_rollback = False
    assert TableRelease.objects.count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE codesets_code SET billable = false",
        "DELETE FROM codesets_code",
        "DELETE FROM codesets_tablerelease",
        "UPDATE codesets_tablerelease SET label = 'other'",
        "UPDATE codesets_tablerelease SET complete = false",
        "UPDATE codesets_tablerelease SET effective = '[2025-10-01,2027-10-01)'",
        "UPDATE codesets_tablerelease SET effective = 'empty'",
        "INSERT INTO codesets_indexword (release_id, word, uses) SELECT max(id), 'more', 1 FROM codesets_tablerelease",
        "INSERT INTO codesets_indexword (release_id, word, uses) VALUES (0, 'nowhere', 1)",
    ],
)
def test_plain_sql_cannot_change_a_loaded_release(statement):
    _load()
    with pytest.raises(Exception, match=r"permission denied|not changed|refused|nothing is added"), transaction.atomic():
        connection.cursor().execute(statement)


def test_two_releases_of_one_day_are_refused_by_the_database():
    release = _load().release
    with pytest.raises(IntegrityError, match="one_release_per_date"), transaction.atomic():
        TableRelease.objects.create(system="ICD-10-CM", label="x", effective=release.effective, checksum="", rows=1, source="")


def test_a_code_is_bounded_by_its_own_dates_within_the_release():
    lines = ["code,short,long,effective,deleted", "00000,a,Alpha,2026-01-01,2026-06-30", "00001,b,Beta,,"]
    table = read("CPT", [SourceFile("own.csv", "\n".join(lines).encode())])
    load_table(table=table, by=BY, starts=OCTOBER, ends=END)
    found = {
        day: sorted(selectors.lookup_many("CPT", ["00000", "00001"], day))
        for day in (datetime.date(2025, 12, 31), datetime.date(2026, 1, 1), datetime.date(2026, 6, 30), datetime.date(2026, 7, 1))
    }
    assert list(found.values()) == [["00001"], ["00000", "00001"], ["00000", "00001"], ["00001"]]
    assert selectors.search("alpha", "CPT", datetime.date(2026, 7, 1)) == []
    assert len(selectors.search("alpha", "CPT", datetime.date(2026, 6, 30))) == 1
