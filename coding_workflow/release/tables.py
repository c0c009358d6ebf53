"""The loaded code tables as the rule engine asks them: bound to one account's dates, payer and kind of bill.

Releases never change once loaded, so answers about their codes are kept in the process, by the release's checksum.
"""

import datetime
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.errors import Refused
from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.codes import ICD_10_CM, MUE, NCCI_PTP, POA_EXEMPT, ncci_set
from coding_workflow.codesets.entries import CodeEntry, targets_of
from coding_workflow.codesets.models import PairEdit, TableRelease, UnitLimit
from coding_workflow.guidelines.facts import Facts
from coding_workflow.guidelines.tables import CodeAnswer, Day, GrouperTables, NotesAnswer, PairAnswer, UnitsAnswer

#: The notes come with ICD-10-CM.
_NOTES = "ICD-10-CM-NOTES"
_KEPT_CODES, _KEPT_NOTES, _KEPT_RELEASES = 200_000, 50_000, 1_000


def tables_of(facts: Facts, every: Collection[TableRelease] | None = None) -> "DatabaseTables":
    """The tables that judge an account: those of its date and of its days of service, and NCCI's set for its payer and bill.

    ``every`` release, where the caller has read them for many accounts.
    """
    return tables_in_force(
        facts.tables_date,
        every=every,
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
) -> "DatabaseTables":
    """The tables of a discharge or service date; without a date nothing is loaded.

    One query for the releases, over ``days`` of service too; one for all NCCI pairs among ``codes`` and one for their
    limits, when they are asked.
    """
    sets = {table: ncci_set(table, payer_kind=payer_kind, billing_kind=billing_kind) for table in (NCCI_PTP, MUE)}
    return DatabaseTables(on, sets, frozenset(codes), days, every)


class DatabaseTables(GrouperTables):
    """Answers from the releases in force on an account's date, or on the day of one of its lines."""

    def __init__(
        self,
        on: datetime.date | None,
        sets: dict[str, str],
        codes: frozenset[str],
        days: Collection[datetime.date],
        every: Collection[TableRelease] | None = None,
    ) -> None:
        self._on, self._sets, self._codes = on, sets, codes
        self._releases: dict[str, list[TableRelease]] = {}
        asked = sorted({on, *days}) if on else []
        if asked:
            for release in _overlapping(asked[0], asked[-1], every):
                self._releases.setdefault(release.system, []).append(release)

    def _release(self, system: str, on: Day = None) -> TableRelease | None:
        day = on or self._on
        return next((each for each in self._releases.get(system, ()) if day and _covers(each, day)), None)

    def loaded(self, system: str, on: Day = None) -> str | None:
        """First day of the release in force, or None; for NCCI with the set that judges the account."""
        chosen = self._sets.get(system, ICD_10_CM if system == _NOTES else system)
        release = self._release(chosen, on)
        if release is None or (system == _NOTES and not _has_notes(release.checksum, release.effective.lower)):
            return None
        first_day = release.effective.lower.isoformat()
        return f"{chosen} {first_day}" if system in self._sets else first_day

    def _entry(self, system: str, code: str, on: Day = None) -> CodeEntry | None:
        release, day = self._release(system, on), on or self._on
        found = _row(release.checksum, release.pk, system, code) if release else None
        return found if found and day and found.valid_on(day) else None

    def code(self, system: str, code: str, on: Day = None) -> CodeAnswer | None:
        """The code in force, headings included, or None."""
        found = self._entry(system, code, on)
        return CodeAnswer(found.code, found.title, found.billable) if found else None

    def notes(self, code: str) -> NotesAnswer | None:
        """Excludes1, code first and use additional of a code and everything above it, as code prefixes."""
        entry, release = self._entry(ICD_10_CM, code), self._release(ICD_10_CM)
        if entry is None or release is None or self._on is None:
            return None
        return _notes(release.checksum, release.effective.lower, entry.code, entry.manifestation)

    def poa_exempt(self, code: str) -> bool:
        """Whether the code is on the exempt list in force; false where no list is loaded (``loaded`` says so)."""
        return self._entry(POA_EXEMPT, code) is not None

    def pairs(self, codes: frozenset[str], on: Day = None) -> tuple[PairAnswer, ...]:
        """The pairs in force on the day in the account's set; the stricter one where the set holds two."""
        release, day = self._release(self._sets[NCCI_PTP], on), on or self._on
        if release is None or day is None:
            return ()
        found: dict[tuple[str, str], str] = {}
        for (pk, first, second), rows in self._pairs.items():
            indicators = [row.indicator for row in rows if _in_force(row, day)] if pk == release.pk else []
            if indicators and first in codes and second in codes:
                found[first, second] = min(indicators)
        return tuple(PairAnswer(*pair, indicator) for pair, indicator in sorted(found.items()))

    def unit_limit(self, code: str, on: Day = None) -> UnitsAnswer | None:
        """The limit of a code on the day in the account's set."""
        release = self._release(self._sets[MUE], on)
        row = self._limits.get((release.pk, code)) if release else None
        return UnitsAnswer(row.units, row.adjudication) if row else None

    @cached_property
    def _pairs(self) -> dict[tuple[int, str, str], list[PairEdit]]:
        """Every pair among the account's codes, in all its releases."""
        found: dict[tuple[int, str, str], list[PairEdit]] = {}
        for row in codesets.pairs_among(self._releases.get(self._sets[NCCI_PTP], ()), self._codes):
            found.setdefault((row.release_id, row.column_1, row.column_2), []).append(row)
        return found

    @cached_property
    def _limits(self) -> dict[tuple[int, str], UnitLimit]:
        rows = codesets.limits_of(self._releases.get(self._sets[MUE], ()), self._codes)
        return {(row.release_id, row.code): row for row in rows}


def _overlapping(first: datetime.date, last: datetime.date, every: Collection[TableRelease] | None) -> Iterable[TableRelease]:
    """The releases in force on some day from first to last."""
    if every is None:
        return TableRelease.objects.filter(effective__overlap=DateRange(first, last, "[]"), complete=True)
    return (each for each in every if each.effective.lower <= last and (each.effective.upper or datetime.date.max) > first)


def _covers(release: TableRelease, day: datetime.date) -> bool:
    starts, ends = release.effective.lower, release.effective.upper
    return bool(starts <= day and (ends is None or day < ends))


def _in_force(row: PairEdit, day: datetime.date) -> bool:
    return (row.effective is None or row.effective <= day) and (row.deleted is None or day < row.deleted)


# ``checksum`` names a release's contents. No date of an account is among the keys: a new day of discharges asks nothing again.


@lru_cache(maxsize=_KEPT_CODES)
def _row(checksum: str, release_id: int, system: str, code: str) -> CodeEntry | None:
    """The code with its own dates; what can be no code in any table is not in this one."""
    try:
        return codesets.entry_of(release_id, system, code)
    except Refused:
        return None


@lru_cache(maxsize=_KEPT_RELEASES)
def _has_notes(checksum: str, first_day: datetime.date) -> bool:
    release = codesets.loaded(ICD_10_CM, first_day)
    return release is not None and codesets.has_notes(release)


@lru_cache(maxsize=_KEPT_NOTES)
def _notes(checksum: str, first_day: datetime.date, code: str, manifestation: bool) -> NotesAnswer:
    levels = codesets.ancestors_notes(code, ICD_10_CM, first_day)
    return NotesAnswer(
        excludes1=_prefixes(targets_of(levels, "excludes1")),
        code_first=_prefixes(targets_of(levels, "code_first")),
        use_additional=_prefixes(targets_of(levels, "use_additional")),
        manifestation=manifestation,
    )


def _prefixes(targets: tuple[str, ...]) -> tuple[str, ...]:
    """Ranges such as ``O10-O16`` as the categories in them; everything else as it is."""
    found = [prefix for target in targets for prefix in _expand(target)]
    return tuple(dict.fromkeys(found))


def _expand(target: str) -> list[str]:
    first, _, last = target.partition("-")
    if not last:
        return [first]
    if len(first) == len(last) == 3 and first[1:].isdigit() and last[1:].isdigit():
        return [prefix for letter in _letters(first, last) for prefix in _categories(letter, first, last)]
    return _expand_tail(first, last)


def _letters(first: str, last: str) -> str:
    """The chapters' letters of a range such as ``C00-D49``."""
    return "".join(chr(number) for number in range(ord(first[0]), ord(last[0]) + 1))


def _categories(letter: str, first: str, last: str) -> list[str]:
    """The categories of one letter in a range; a whole decade is one prefix, so that C7A and D3A are among them."""
    starts = int(first[1:]) if letter == first[0] else 0
    ends = int(last[1:]) if letter == last[0] else 99
    found = []
    for decade in range(starts // 10, ends // 10 + 1):
        inside = range(max(starts, decade * 10), min(ends, decade * 10 + 9) + 1)
        found += [f"{letter}{decade}"] if len(inside) == 10 else [f"{letter}{number:02d}" for number in inside]
    return found


def _expand_tail(first: str, last: str) -> list[str]:
    """Ranges within a category (``I60-I61`` is handled above): ``O0830-O0839`` by their last digit."""
    same = first[:-1] == last[:-1] and first[-1:].isdigit() and last[-1:].isdigit()
    if not same:
        return [first, last]
    return [f"{first[:-1]}{digit}" for digit in range(int(first[-1]), int(last[-1]) + 1)]
