"""The loaded code tables as the rule engine asks them: bound to one account's dates, payer and kind of bill."""

import datetime
from collections.abc import Collection, Iterable
from functools import cached_property

from django.db.backends.postgresql.psycopg_any import DateRange

from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.codes import ICD_10_CM, MUE, NCCI_PTP, POA_EXEMPT, ncci_set
from coding_workflow.codesets.models import PairEdit, TableRelease, UnitLimit
from coding_workflow.guidelines.facts import Facts
from coding_workflow.guidelines.tables import CodeAnswer, Day, GrouperTables, Listing, NotesAnswer, PairAnswer, UnitsAnswer

from .books import Book, Line, book_of
from .service_edits import ServiceEdits

#: The notes come with ICD-10-CM.
_NOTES = "ICD-10-CM-NOTES"


def tables_of(facts: Facts, every: Collection[TableRelease] | None = None, edits: ServiceEdits | None = None) -> "DatabaseTables":
    """The tables that judge an account: those of its date and of its days of service, and NCCI's set for its payer and bill.

    ``every`` release, and ``edits`` of services, where the caller has read them for many accounts.
    """
    return tables_in_force(
        facts.tables_date,
        every=every,
        edits=edits,
        payer_kind=facts.payer.kind,
        billing_kind=facts.billing_kind,
        codes={line.hcpcs for line in facts.lines if line.hcpcs},
        days={day for day in (*(each.date for each in facts.lines), *(each.date for each in facts.procedures)) if day},
    )


def tables_in_force(
    on: datetime.date | None,
    *,
    payer_kind: str = "",
    billing_kind: str = "facility",
    codes: Collection[str] = (),
    days: Collection[datetime.date] = (),
    every: Collection[TableRelease] | None = None,
    edits: ServiceEdits | None = None,
) -> "DatabaseTables":
    """The tables of a discharge or service date; without a date nothing is loaded.

    One query for the releases, over ``days`` of service too; one for all NCCI pairs among ``codes`` and one for their
    limits, when they are asked.
    """
    sets = {table: ncci_set(table, payer_kind=payer_kind, billing_kind=billing_kind) for table in (NCCI_PTP, MUE)}
    return DatabaseTables(on, sets, frozenset(codes), days, every, edits)


def service_edits(tables: Collection["DatabaseTables"]) -> ServiceEdits:
    """What these would ask NCCI, each for its own services, asked once for all."""
    return ServiceEdits.read(
        pairs_in=(release for each in tables for release in each.releases_of(NCCI_PTP)),
        limits_in=(release for each in tables for release in each.releases_of(MUE)),
        codes=(code for each in tables for code in each.services),
    )


class DatabaseTables(GrouperTables):
    """Answers from the releases in force on an account's date, or on the day of one of its lines."""

    def __init__(
        self,
        on: datetime.date | None,
        sets: dict[str, str],
        codes: frozenset[str],
        days: Collection[datetime.date],
        every: Collection[TableRelease] | None = None,
        edits: ServiceEdits | None = None,
    ) -> None:
        self._on, self._sets, self.services, self._edits = on, sets, codes, edits
        self._releases: dict[str, list[TableRelease]] = {}
        self._chosen: dict[tuple[str, Day], Book | None] = {}
        asked = sorted({on, *days}) if on else []
        if asked:
            for release in _overlapping(asked[0], asked[-1], every):
                self._releases.setdefault(release.system, []).append(release)

    def releases_of(self, table: str) -> list[TableRelease]:
        """NCCI's releases on the account's days, of the set that judges it."""
        return self._releases.get(self._sets[table], [])

    def _asked(self, table: str) -> ServiceEdits | None:
        """What was read for many accounts, where it has all that is asked about this one."""
        return self._edits if self._edits and self._edits.cover(self.releases_of(table), self.services) else None

    def _book(self, system: str, on: Day = None) -> Book | None:
        """The release in force; asked for every code, so it is looked for once."""
        try:
            return self._chosen[system, on]
        except KeyError:
            day = on or self._on
            books = map(book_of, self._releases.get(system, ()))
            chosen = self._chosen[system, on] = next((book for book in books if day and book.covers(day)), None)
            return chosen

    def loaded(self, system: str, on: Day = None) -> str | None:
        """First day of the release in force, or None; for NCCI with the set that judges the account."""
        chosen = self._sets.get(system, ICD_10_CM if system == _NOTES else system)
        book = self._book(chosen, on)
        if book is None or (system == _NOTES and not book.has_notes):
            return None
        return f"{chosen} {book.first_day}" if system in self._sets else book.first_day

    def _line(self, system: str, code: str, on: Day = None) -> Line | None:
        book, day = self._book(system, on), on or self._on
        line = book.line(code) if book else None
        return line if line and day and (line.undated or line.entry.valid_on(day)) else None

    def code(self, system: str, code: str, on: Day = None) -> CodeAnswer | None:
        """The code in force, headings included, or None."""
        line = self._line(system, code, on)
        return line.answer if line else None

    def notes(self, code: str) -> NotesAnswer | None:
        """Excludes1, code first and use additional of a code and everything above it, as code prefixes."""
        book = self._book(ICD_10_CM)
        return book.notes(code) if book and self._line(ICD_10_CM, code) else None

    def poa_exempt(self, code: str) -> bool:
        """Whether the code is on the exempt list in force; false where no list is loaded (``loaded`` says so)."""
        return self._line(POA_EXEMPT, code) is not None

    def pairs(self, codes: frozenset[str], on: Day = None) -> tuple[PairAnswer, ...]:
        """The pairs in force on the day in the account's set; the stricter one where the set holds two."""
        book, day = self._book(self._sets[NCCI_PTP], on), on or self._on
        if book is None or day is None:
            return ()
        found: dict[tuple[str, str], str] = {}
        for (pk, first, second), rows in self._pairs.items():
            indicators = [row.indicator for row in rows if _in_force(row, day)] if pk == book.release_id else []
            if indicators and first in codes and second in codes:
                found[first, second] = min(indicators)
        return tuple(PairAnswer(*pair, indicator) for pair, indicator in sorted(found.items()))

    def unit_limit(self, code: str, on: Day = None) -> UnitsAnswer | None:
        """The limit of a code on the day in the account's set."""
        book = self._book(self._sets[MUE], on)
        row = self._limits.get((book.release_id, code)) if book else None
        return UnitsAnswer(row.units, row.adjudication) if row else None

    def listings(self, system: str, code: str, on: Day = None) -> tuple[Listing, ...]:
        """What the release of the day lists about a service."""
        line = self._line(system, code, on)
        return line.listings if line else ()

    @cached_property
    def _pairs(self) -> dict[tuple[int, str, str], list[PairEdit]]:
        """Every pair among the account's codes, in all its releases."""
        found: dict[tuple[int, str, str], list[PairEdit]] = {}
        for row in (self._asked(NCCI_PTP) or codesets).pairs_among(self.releases_of(NCCI_PTP), self.services):
            found.setdefault((row.release_id, row.column_1, row.column_2), []).append(row)
        return found

    @cached_property
    def _limits(self) -> dict[tuple[int, str], UnitLimit]:
        rows = (self._asked(MUE) or codesets).limits_of(self.releases_of(MUE), self.services)
        return {(row.release_id, row.code): row for row in rows}


def _overlapping(first: datetime.date, last: datetime.date, every: Collection[TableRelease] | None) -> Iterable[TableRelease]:
    """The releases in force on some day from first to last."""
    if every is None:
        return TableRelease.objects.filter(effective__overlap=DateRange(first, last, "[]"), complete=True)
    return (each for each in every if each.effective.lower <= last and (each.effective.upper or datetime.date.max) > first)


def _in_force(row: PairEdit, day: datetime.date) -> bool:
    return (row.effective is None or row.effective <= day) and (row.deleted is None or day < row.deleted)
