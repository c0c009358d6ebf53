"""Pairs and unlikely units in the database: whole or not at all, once, compared by the database, never changed."""

import datetime
import io

import pytest
from django.db import connection, transaction

from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from coding_workflow.codesets.loaders import Malformed, read_parts
from coding_workflow.codesets.loaders.files import parts
from coding_workflow.codesets.models import PairEdit, StagedPair, TableRelease, UnitLimit
from coding_workflow.codesets.services import load_table, preview
from tests.codesets.test_ncci_loaders import ROW, UNITS, pairs_in, published

BY = Actor.system("codesets.test")
JULY, OCTOBER, END = datetime.date(2026, 7, 1), datetime.date(2026, 10, 1), datetime.date(2027, 1, 1)

pytestmark = pytest.mark.django_db


def _pair(second: str, indicator: str = "1", deleted: str = "*", effective: str = "20260101") -> str:
    return f"A4301\t{second}\t\t{effective}\t{deleted}\t{indicator}\tx"


def _load(table, starts=JULY, ends=OCTOBER, **more):
    return load_table(table=table, by=BY, starts=starts, ends=ends, **more)


def _units(**values: str):
    lines = ["code,mue,mai,rationale", *(f"{code},{value},3 x,y" for code, value in values.items())]
    return read_parts(UNITS, parts("mue.csv", io.BytesIO("\n".join(lines).encode())))


def test_a_set_of_pairs_is_loaded_from_all_its_parts_with_its_count():
    release = _load(pairs_in(published(ROW), published(_pair("A4302"), _pair("A4303", "9", "20260331")))).release
    assert (release.rows, release.complete, release.pairs.count()) == (3, True, 3)
    row = release.pairs.get(column_2="A4303")
    assert (row.effective, row.deleted, row.indicator) == (datetime.date(2026, 1, 1), datetime.date(2026, 4, 1), "9")


def test_the_same_set_again_changes_nothing():
    first = _load(pairs_in(published(ROW)))
    again = _load(pairs_in(published(ROW)))
    assert again.already and again.release == first.release
    assert PairEdit.objects.count() == 1


def test_a_pair_that_stands_twice_is_refused_with_file_and_line_and_leaves_nothing():
    twice = pairs_in(published(ROW), published(_pair("A4302"), ROW))
    for refused in (lambda: _load(twice), lambda: preview(table=twice, starts=JULY)):
        with (
            pytest.raises(Malformed, match=r"part1.txt, line 8: the pair A4301 and A4300 is in the file already"),
            transaction.atomic(),
        ):
            refused()
    assert (TableRelease.objects.count(), PairEdit.objects.count(), StagedPair.objects.count()) == (0, 0, 0)


def test_a_pair_may_come_back_after_it_ended():
    rows = (_pair("A4300", deleted="20191231", effective="20100101"), _pair("A4300"))
    assert _load(pairs_in(published(*rows))).release.rows == 2


def test_a_wrong_line_in_the_middle_of_the_stream_leaves_nothing():
    with pytest.raises(Malformed, match="line 8: “7” is no modifier indicator"), transaction.atomic():
        _load(pairs_in(published(ROW, _pair("A4302", "7"))))
    assert (TableRelease.objects.count(), PairEdit.objects.count()) == (0, 0)


def test_a_release_that_covers_the_period_is_named():
    _load(pairs_in(published(ROW)), label="Q3")
    with pytest.raises(Conflict, match="“Q3” of NCCI-PTP-HOSPITAL is in force until 10/01/2026"):
        _load(pairs_in(published(_pair("A4302"))), starts=datetime.date(2026, 9, 1))


def test_the_practitioners_set_is_another_table():
    _load(pairs_in(published(ROW)))
    assert _load(pairs_in(published(ROW), system="NCCI-PTP-PRACTITIONER")).release.system == "NCCI-PTP-PRACTITIONER"


def test_a_preview_of_pairs_compares_those_in_force_and_writes_nothing():
    before = _load(
        pairs_in(published(_pair("A4300"), _pair("A4301"), _pair("A4302"), _pair("A4309", deleted="20200101")))
    ).release
    now = pairs_in(published(_pair("A4300"), _pair("A4301", "0"), _pair("A4302", deleted="20260930"), _pair("A4303")))
    change = preview(table=now, starts=OCTOBER)
    assert (change.previous, change.added, change.deleted, change.revised, change.rows) == (before, 1, 1, 1, 4)
    said = {each.kind: (each.name, each.before, each.after) for each in change.samples}
    assert said["revised"] == ("A4301 with A4301", "with a modifier", "never together")
    assert said["added"][0] == "A4301 with A4303" and said["deleted"][0] == "A4301 with A4302"
    assert (TableRelease.objects.count(), StagedPair.objects.count()) == (1, 0)


def test_a_preview_of_the_same_pairs_says_that_they_are_loaded():
    _load(pairs_in(published(ROW)))
    assert preview(table=pairs_in(published(ROW)), starts=JULY).already


def test_unlikely_units_are_loaded_and_compared():
    release = _load(_units(A0021="0", A0080="2")).release
    assert release.limits.get(code="A0080").units == 2
    change = preview(table=_units(A0021="1", A0090="3"), starts=OCTOBER)
    assert (change.added, change.deleted, change.revised) == (1, 1, 1)
    assert ("revised", "A0021", "0 by day", "1 by day") in {(e.kind, e.name, e.before, e.after) for e in change.samples}


def test_a_list_of_claim_codes_may_have_no_end():
    table = read_parts("REVENUE-CODE", parts("own.csv", io.BytesIO(b"code,description\n0450,Emergency")))
    assert _load(table, ends=None).release.effective.upper is None
    with pytest.raises(Refused, match="does not say when it is in force"):
        _load(_units(A0021="0"), ends=None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE codesets_pairedit SET indicator = '9'",
        "DELETE FROM codesets_pairedit",
        "UPDATE codesets_unitlimit SET units = 1",
        "UPDATE codesets_tablerelease SET rows = 7",
        "INSERT INTO codesets_pairedit (release_id, column_1, column_2, indicator) "
        "SELECT id, 'A', 'B', '0' FROM codesets_tablerelease",
        "INSERT INTO codesets_unitlimit (release_id, code, units, adjudication, rationale) VALUES (0, 'A', 1, '1', '')",
        "DELETE FROM codesets_stagedpair",
    ],
)
def test_plain_sql_cannot_change_a_loaded_set(statement):
    _load(pairs_in(published(ROW)))
    _load(_units(A0021="0"))
    with pytest.raises(Exception, match=r"permission denied|not changed|refused|nothing is added"), transaction.atomic():
        connection.cursor().execute(statement)
    assert UnitLimit.objects.count() == PairEdit.objects.count() == 1
