"""What a table would change against the release before it, without writing."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.db import connection, transaction

from coding_workflow.codesets.codes import display
from coding_workflow.codesets.loaders import LimitTable, PairTable, ParsedTable, Table
from coding_workflow.codesets.models import TableRelease

from .periods import period, release_before, same_release
from .writing import repeated, stage_pairs, take_time

Kind = Literal["added", "deleted", "revised"]
#: How many changes of each kind are named.
SAMPLES: Final = 6


@dataclass(frozen=True, slots=True)
class Change:
    """One change in words: what is meant, how it was and how it will be (empty where it was not or will not be)."""

    kind: Kind
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a table changes against ``previous``, None for the first one of a system; ``already``: it is that release.

    ``rows`` is what the file holds. Of pairs, those in force on the first day are compared with those in force the day before.
    """

    previous: TableRelease | None
    added: int = 0
    deleted: int = 0
    revised: int = 0
    already: bool = False
    rows: int = 0
    samples: tuple[Change, ...] = field(default=())


def preview(*, table: Table, starts: datetime.date | None = None) -> Difference:
    """Compare with the latest release of the system that began by this one's first day, without writing.

    ``revised`` counts codes of both whose long title or billable mark differs; pairs whose indicator differs; limits
    whose units or adjudication differ. Refused as ``load_table`` refuses the file itself.
    """
    first_day, _ = period(table, starts, None, need_end=False)
    same = same_release(table, first_day)
    if same is not None:
        return Difference(same, already=True, rows=same.rows)
    previous = release_before(table.system, first_day)
    if isinstance(table, PairTable):
        return _of_pairs(table, previous, first_day)
    if isinstance(table, LimitTable):
        return _of_limits(table, previous)
    return _of_codes(table, previous)


def _of_codes(table: ParsedTable, previous: TableRelease | None) -> Difference:
    after = {row.code: (row.billable, row.long_title) for row in table.rows}
    before = {}
    if previous is not None:
        kept = previous.codes.values_list("code", "billable", "long_title").iterator()
        before = {code: (billable, title) for code, billable, title in kept}
    return _compared(table.system, previous, before, after, _code_in_words)


def _of_limits(table: LimitTable, previous: TableRelease | None) -> Difference:
    after = {row.code: (row.units, row.adjudication) for row in table.rows}
    before = {}
    if previous is not None:
        kept = previous.limits.values_list("code", "units", "adjudication")
        before = {code: (units, adjudication) for code, units, adjudication in kept}
    return _compared(table.system, previous, before, after, _limit_in_words)


def _compared(
    system: str, previous: TableRelease | None, before: Mapping[str, Any], after: Mapping[str, Any], in_words: Any
) -> Difference:
    changed: dict[Kind, set[str]] = {
        "added": after.keys() - before.keys(),
        "deleted": before.keys() - after.keys(),
        "revised": {code for code in before.keys() & after.keys() if before[code] != after[code]},
    }
    samples = tuple(
        Change(kind, display(code, system), in_words(before.get(code)), in_words(after.get(code)))
        for kind, codes in changed.items()
        for code in sorted(codes)[:SAMPLES]
    )
    counts = (len(changed["added"]), len(changed["deleted"]), len(changed["revised"]))
    return Difference(previous, *counts, rows=len(after), samples=samples)


def _code_in_words(found: tuple[bool, str] | None) -> str:
    if found is None:
        return ""
    billable, title = found
    return title if billable else f"{title} (heading)"


def _limit_in_words(found: tuple[int, str] | None) -> str:
    if found is None:
        return ""
    units, adjudication = found
    return f"{units:,} {'by line' if adjudication == '1' else 'by day'}"


# The changes of pairs in force: each side is one day of one release.
_PAIR_CHANGES: Final = """
WITH changes AS MATERIALIZED (
    SELECT column_1, column_2, before.indicator AS before, after.indicator AS after
      FROM (SELECT column_1, column_2, indicator FROM codesets_pairedit WHERE release_id = %(previous)s
               AND coalesce(effective <= %(day_before)s, true) AND coalesce(deleted > %(day_before)s, true)) AS before
      FULL JOIN (SELECT column_1, column_2, indicator FROM codesets_stagedpair
             WHERE coalesce(effective <= %(first_day)s, true) AND coalesce(deleted > %(first_day)s, true)) AS after
        USING (column_1, column_2)
     WHERE before.indicator IS DISTINCT FROM after.indicator
), kinds AS (
    SELECT *, CASE WHEN before IS NULL THEN 'added' WHEN after IS NULL THEN 'deleted' ELSE 'revised' END AS kind FROM changes
), numbered AS (
    SELECT *, count(*) OVER (PARTITION BY kind) AS total,
           row_number() OVER (PARTITION BY kind ORDER BY column_1, column_2) AS place FROM kinds
)
SELECT kind, total, column_1, column_2, before, after FROM numbered WHERE place <= %(samples)s ORDER BY kind, place
"""
_TWICE: Final = """
SELECT max(part), max(line), column_1, column_2 FROM codesets_stagedpair
 GROUP BY column_1, column_2, effective, deleted HAVING count(*) > 1 ORDER BY max(part), max(line) LIMIT 1
"""


class _NothingKept(Exception):
    """Undoes the staged rows."""


def _of_pairs(table: PairTable, previous: TableRelease | None, first_day: datetime.date) -> Difference:
    """Pairs are staged and compared by the database, then rolled back: a set does not fit into Python's memory."""
    found: Difference | None = None
    try:
        with transaction.atomic():
            take_time()
            staged = stage_pairs(table)
            _refuse_repeated(table)
            found = _changes_of_pairs(staged, previous, first_day)
            raise _NothingKept
    except _NothingKept:
        assert found is not None  # noqa: S101 - set before it was raised
    return found


def _refuse_repeated(table: PairTable) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(_TWICE)
        twice = cursor.fetchone()
    if twice is not None:
        raise repeated(table, *twice)


def _changes_of_pairs(rows: int, previous: TableRelease | None, first_day: datetime.date) -> Difference:
    day_before = first_day - datetime.timedelta(days=1)
    if previous is not None:
        day_before = max(day_before, previous.effective.lower)
    values = {
        "previous": previous.pk if previous else None,
        "day_before": day_before,
        "first_day": first_day,
        "samples": SAMPLES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAIR_CHANGES, values)
        lines = cursor.fetchall()
    counts = {kind: total for kind, total, *_ in lines}
    samples = tuple(
        Change(kind, f"{first} with {second}", _pair_in_words(before), _pair_in_words(after))
        for kind, _, first, second, before, after in lines
    )
    return Difference(previous, **counts, rows=rows, samples=samples)


_INDICATORS: Final = {"0": "never together", "1": "with a modifier", "9": "not in use"}


def _pair_in_words(indicator: str | None) -> str:
    return _INDICATORS[indicator] if indicator else ""
