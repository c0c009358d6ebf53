"""Loading code tables: the whole release or nothing."""

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts import listeners
from accounts.actors import Actor
from accounts.errors import Conflict, Refused

from .codes import SYSTEMS
from .indexing import CODE_COLUMNS, GROUP_COLUMNS, RELEASE, WORD_COLUMNS, IndexedTable, index_table
from .loaders import ParsedTable, packages
from .loaders.memory import collector_paused
from .models import Code, CodeGroup, IndexWord, TableRelease

_LINES_AT_A_TIME = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """What a table changes against ``previous``, None for the first one of a system; ``already``: it is that release."""

    previous: TableRelease | None
    added: int = 0
    deleted: int = 0
    revised: int = 0
    already: bool = False


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that is read and indexed, and needs only to be written."""

    table: ParsedTable
    indexed: IndexedTable


@dataclass(frozen=True, slots=True)
class Loaded:
    """The release, and whether it was there already (nothing was written then)."""

    release: TableRelease
    already: bool = False


def preview(*, table: ParsedTable, starts: datetime.date | None = None) -> Difference:
    """Compare with the latest release of the system that began by this one's first day, without writing.

    ``revised`` counts codes of both whose long title or billable mark differs.
    """
    first_day, _ = _period(table, starts, None, need_end=False)
    same = _same(table, first_day)
    if same is not None:
        return Difference(same, already=True)
    earlier = TableRelease.objects.filter(system=table.system, effective__startswith__lte=first_day)
    previous = earlier.order_by("-effective").first()
    if previous is None:
        return Difference(None, added=len(table.rows))
    before = {
        code: (billable, title)
        for code, billable, title in previous.codes.values_list("code", "billable", "long_title").iterator()
    }
    after = {row.code: (row.billable, row.long_title) for row in table.rows}
    revised = sum(before[code] != after[code] for code in before.keys() & after.keys())
    return Difference(previous, len(after.keys() - before.keys()), len(before.keys() - after.keys()), revised)


def load_table(
    *,
    table: ParsedTable,
    by: Actor,
    label: str = "",
    starts: datetime.date | None = None,
    ends: datetime.date | None = None,
    take_over: bool = False,
    indexed: IndexedTable | None = None,
) -> Loaded:
    """Write a release that is in force from ``starts`` until the day before ``ends`` (both from the file where it says).

    The same file for the same first day is a no-op. ``take_over`` ends an earlier release at ``starts``, as an April
    update does. ``indexed`` is the same table, where the caller indexed it before. Refused: no dates, an empty period, a
    period that another release covers.
    """
    first_day, end = _period(table, starts, ends)
    with transaction.atomic():
        _one_load_at_a_time(table.system)
        same = _same(table, first_day)
        if same is not None:
            return Loaded(same, already=True)
        if take_over:
            _end_earlier(table.system, first_day)
        release = _new_release(table, label, first_day, end, by)
        _copy_rows(indexed or _indexed(table), release.pk)
        release.complete = True
        release.save(update_fields=["complete"])
        listeners.tell("tables_loaded", release=release, by=by)
    return Loaded(release)


def read_standard() -> list[ReadTable]:
    """What ``load_standard`` loads, read and indexed without a database; for ``load_table``."""
    tables = (packages.icd10cm(), packages.icd10pcs())
    return [ReadTable(table, _indexed(table)) for table in tables]


def load_standard(*, by: Actor) -> list[Loaded]:
    """ICD-10-CM and ICD-10-PCS as the installed packages carry them, for 2026-04-01 to 2026-10-01."""
    return [load_table(table=table(), by=by) for table in (packages.icd10cm, packages.icd10pcs)]


def _period(
    table: ParsedTable, starts: datetime.date | None, ends: datetime.date | None, *, need_end: bool = True
) -> tuple[datetime.date, datetime.date | None]:
    if table.system not in SYSTEMS:
        raise Refused("codes.system", f"“{table.system}” is not a table that can be loaded.")
    first_day, end = starts or table.starts, ends or table.ends
    if first_day is None or (need_end and end is None):
        raise Refused("codes.dates", "The file does not say when it is in force: give its first day and the day it ends.")
    if end is not None and end <= first_day:
        raise Refused("codes.dates", f"The period is empty: {first_day:%m/%d/%Y} to {end:%m/%d/%Y}.")
    return first_day, end


def _same(table: ParsedTable, first_day: datetime.date) -> TableRelease | None:
    """The release that the same file made for the same first day."""
    return TableRelease.objects.filter(system=table.system, checksum=table.checksum, effective__startswith=first_day).first()


def _one_load_at_a_time(system: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('codesets'), hashtext(%s))", [system])


def _end_earlier(system: str, first_day: datetime.date) -> None:
    earlier = TableRelease.objects.filter(system=system, effective__contains=first_day, effective__startswith__lt=first_day)
    for release in earlier:
        release.effective = DateRange(release.effective.lower, first_day)
        release.save(update_fields=["effective"])


def _new_release(table: ParsedTable, label: str, first_day: datetime.date, end: datetime.date | None, by: Actor) -> TableRelease:
    try:
        with transaction.atomic():
            return TableRelease.objects.create(
                system=table.system,
                label=label or table.label or f"from {first_day:%m/%d/%Y}",
                effective=DateRange(first_day, end),
                checksum=table.checksum,
                rows=len(table.rows),
                source=table.source[:200],
                loaded_by_id=by.user_id,
            )
    except IntegrityError as err:
        if "one_release_per_date" not in str(err):
            raise
        raise Conflict("codes.covered", _covered(table.system, first_day, end)) from err


def _covered(system: str, first_day: datetime.date, end: datetime.date | None) -> str:
    other = TableRelease.objects.filter(system=system, effective__overlap=DateRange(first_day, end)).first()
    until = f"until {other.effective.upper:%m/%d/%Y}" if other else "in this period"
    name = f"“{other.label}”" if other else "Another release"
    return f"{name} of {system} is in force {until} already. Choose other dates, or let this release take over."


def _indexed(table: ParsedTable) -> IndexedTable:
    with collector_paused():
        return index_table(table)


def _copy_rows(indexed: IndexedTable, release_id: int) -> None:
    _copy(CodeGroup._meta.db_table, GROUP_COLUMNS, indexed.groups, release_id)
    _copy(Code._meta.db_table, CODE_COLUMNS, indexed.codes[:-1], release_id)
    # The last row meets a small limit, so that it merges the pending list of the word index: searches never walk it.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL gin_pending_list_limit = '64kB'")
    _copy(Code._meta.db_table, CODE_COLUMNS, indexed.codes[-1:], release_id)
    _copy(IndexWord._meta.db_table, WORD_COLUMNS, indexed.index_words, release_id)


def _copy(table_name: str, columns: str, lines: Sequence[str], release_id: int) -> None:
    remaining, key = iter(lines), str(release_id)
    with connection.cursor() as cursor:
        while batch := "".join(islice(remaining, _LINES_AT_A_TIME)):
            cursor.copy_expert(f"COPY {table_name} ({columns}) FROM STDIN", io.StringIO(batch.replace(RELEASE, key)))
