"""Loading code tables: the whole release or nothing."""

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts import listeners
from accounts.actors import Actor
from accounts.errors import Conflict
from coding_workflow.codesets.indexing import IndexedTable
from coding_workflow.codesets.loaders import PairTable, ParsedTable, Table, packages
from coding_workflow.codesets.models import TableRelease

from .periods import period, same_release
from .writing import indexed_table, write_rows


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


def load_table(
    *,
    table: Table,
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
    period that another release covers; and of pairs, which are streamed from their file, what ``Malformed`` names.
    """
    first_day, end = period(table, starts, ends)
    with transaction.atomic():
        _one_load_at_a_time(table.system)
        same = same_release(table, first_day)
        if same is not None:
            return Loaded(same, already=True)
        if take_over:
            _end_earlier(table.system, first_day)
        release = _new_release(table, label, first_day, end, by)
        release.rows = write_rows(table, release.pk, indexed)
        release.complete = True
        release.save(update_fields=["complete", "rows"])
        listeners.tell("tables_loaded", release=release, by=by)
    return Loaded(release)


def read_standard() -> list[ReadTable]:
    """What ``load_standard`` loads, read and indexed without a database; for ``load_table``."""
    tables = (packages.icd10cm(), packages.icd10pcs())
    return [ReadTable(table, indexed_table(table)) for table in tables]


def load_standard(*, by: Actor) -> list[Loaded]:
    """ICD-10-CM and ICD-10-PCS as the installed packages carry them, for 2026-04-01 to 2026-10-01."""
    return [load_table(table=table(), by=by) for table in (packages.icd10cm, packages.icd10pcs)]


def _one_load_at_a_time(system: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('codesets'), hashtext(%s))", [system])


def _end_earlier(system: str, first_day: datetime.date) -> None:
    earlier = TableRelease.objects.filter(system=system, effective__contains=first_day, effective__startswith__lt=first_day)
    for release in earlier:
        release.effective = DateRange(release.effective.lower, first_day)
        release.save(update_fields=["effective"])


def _new_release(table: Table, label: str, first_day: datetime.date, end: datetime.date | None, by: Actor) -> TableRelease:
    try:
        with transaction.atomic():
            return TableRelease.objects.create(
                system=table.system,
                label=label or table.label or f"from {first_day:%m/%d/%Y}",
                effective=DateRange(first_day, end),
                checksum=table.checksum,
                rows=0 if isinstance(table, PairTable) else len(table.rows),
                source=table.source[:200],
                loaded_by_id=by.user_id,
            )
    except IntegrityError as err:
        if "one_release_per_date" not in str(err):
            raise
        raise Conflict("codes.covered", _covered(table.system, first_day, end)) from err


def _covered(system: str, first_day: datetime.date, end: datetime.date | None) -> str:
    other = TableRelease.objects.filter(system=system, effective__overlap=DateRange(first_day, end)).first()
    until = "in this period"
    if other:
        until = f"until {other.effective.upper:%m/%d/%Y}" if other.effective.upper else "until further notice"
    name = f"“{other.label}”" if other else "Another release"
    return f"{name} of {system} is in force {until} already. Choose other dates, or let this release take over."
