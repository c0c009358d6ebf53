"""Rows of a release into the database, by COPY."""

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from django.db import DatabaseError, IntegrityError, connection
from django.db.models import Model

from accounts.errors import Refused
from coding_workflow.codesets.indexing import (
    CODE_COLUMNS,
    GROUP_COLUMNS,
    RELEASE,
    WORD_COLUMNS,
    IndexedTable,
    copy_text,
    index_table,
)
from coding_workflow.codesets.loaders import LimitTable, Malformed, PairTable, ParsedTable, Table
from coding_workflow.codesets.loaders.memory import collector_paused
from coding_workflow.codesets.models import Code, CodeGroup, IndexWord, PairEdit, StagedPair, UnitLimit

PAIR_COLUMNS: Final = "release_id, column_1, column_2, effective, deleted, indicator"
LIMIT_COLUMNS: Final = "release_id, code, units, adjudication, rationale"
STAGED_COLUMNS: Final = "part, line, column_1, column_2, effective, deleted, indicator"
_LINES_AT_A_TIME: Final = 10_000


def write_rows(table: Table, release_id: int, indexed: IndexedTable | None = None) -> int:
    """Write everything of a table for a release that is not complete yet; answers how many rows. Pairs are streamed."""
    take_time()
    if isinstance(table, PairTable):
        return _copy_pairs(table, release_id)
    if isinstance(table, LimitTable):
        return copy_lines(UnitLimit, LIMIT_COLUMNS, _limit_lines(table, release_id))
    _copy_codes(indexed or indexed_table(table), str(release_id))
    return len(table.rows)


def stage_pairs(table: PairTable) -> int:
    """Write the pairs of a file to the staging table, to be compared and rolled back; answers how many."""
    lines = (f"{part}\t{line}\t{pair}" for part, line, pair in table.rows())
    return copy_lines(StagedPair, STAGED_COLUMNS, lines)


def indexed_table(table: ParsedTable) -> IndexedTable:
    """The lines of codes, groups and words of a table; needs no database."""
    with collector_paused():
        return index_table(table)


def copy_lines(model: type[Model], columns: str, lines: Iterable[str]) -> int:
    """One COPY of a stream of lines; answers how many rows were written. A refusal while reading them is raised as it is."""
    stream = _Lines(lines)
    with connection.cursor() as cursor:
        try:
            with connection.wrap_database_errors:
                cursor.copy_expert(f"COPY {model._meta.db_table} ({columns}) FROM STDIN", stream)
        except DatabaseError as err:
            raise stream.refusal or err from None
        return int(cursor.rowcount)


def take_time() -> None:
    """Let statements of this transaction run for minutes: a set of pairs is one statement, a page's limit is seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '15min'")


class _Lines(io.TextIOBase):
    """An iterator of lines as the file that COPY reads, some thousand lines at a time."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.refusal: Refused | None = None

    def read(self, size: int | None = -1) -> str:
        try:
            return "".join(islice(self._lines, _LINES_AT_A_TIME))
        except Refused as refusal:
            # The driver turns whatever is raised here into "query canceled".
            self.refusal = refusal
            raise


def _copy_codes(indexed: IndexedTable, key: str) -> None:
    copy_lines(CodeGroup, GROUP_COLUMNS, _keyed(indexed.groups, key))
    copy_lines(Code, CODE_COLUMNS, _keyed(indexed.codes[:-1], key))
    # The last row meets a small limit, so that it merges the pending list of the word index: searches never walk it.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL gin_pending_list_limit = '64kB'")
    copy_lines(Code, CODE_COLUMNS, _keyed(indexed.codes[-1:], key))
    copy_lines(IndexWord, WORD_COLUMNS, _keyed(indexed.index_words, key))


def _keyed(lines: Iterable[str], key: str) -> Iterator[str]:
    return (line.replace(RELEASE, key) for line in lines)


def _copy_pairs(table: PairTable, release_id: int) -> int:
    try:
        return copy_lines(PairEdit, PAIR_COLUMNS, (f"{release_id}\t{pair}" for _, _, pair in table.rows()))
    except IntegrityError as err:
        if "pair_once" not in str(err):
            raise
        raise _twice(table) from err


def _twice(table: PairTable) -> Malformed:
    """Where the pair stands again that the database refused: found by reading once more, which only a wrong file costs."""
    seen: set[int] = set()
    for part, line, pair in table.rows():
        key = hash(pair.rpartition("\t")[0])
        if key in seen:
            return repeated(table, part, line, *pair.split("\t")[:2])
        seen.add(key)
    return Malformed(table.source, None, "holds a pair twice.")


def repeated(table: PairTable, part: int, line: int, column_1: str, column_2: str) -> Malformed:
    """The refusal of a pair that a file holds twice with the same dates."""
    return Malformed(
        table.parts[part].name, line, f"the pair {column_1} and {column_2} is in the file already, with these dates."
    )


def _limit_lines(table: LimitTable, release_id: int) -> Iterator[str]:
    for row in table.rows:
        yield f"{release_id}\t{row.code}\t{row.units}\t{row.adjudication}\t{copy_text(row.rationale)}\n"
