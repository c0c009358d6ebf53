"""What a process keeps of a release of a code table: its answers, since a release never changes once loaded."""

import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple

from accounts.errors import Refused
from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.codes import ICD_10_CM
from coding_workflow.codesets.entries import CodeEntry, targets_of
from coding_workflow.codesets.models import TableRelease
from coding_workflow.guidelines.tables import CodeAnswer, Listing, NotesAnswer

_KEPT_CODES, _KEPT_NOTES, _KEPT_RELEASES = 100_000, 50_000, 1_000


class Line(NamedTuple):
    """A code of the release, as it is answered; ``undated`` is valid on every day of the release."""

    entry: CodeEntry
    answer: CodeAnswer
    listings: tuple[Listing, ...]
    undated: bool


class Book:
    """One release. No date of an account is among its keys: a new day of discharges asks nothing again."""

    def __init__(self, release_id: int, system: str, starts: datetime.date, ends: datetime.date | None) -> None:
        self.release_id, self.system, self.starts, self.ends = release_id, system, starts, ends
        self.first_day = starts.isoformat()
        self.line = lru_cache(maxsize=_KEPT_CODES)(self._line)
        self.notes = lru_cache(maxsize=_KEPT_NOTES)(self._notes)

    def covers(self, day: datetime.date) -> bool:
        """Whether the release is in force on the day."""
        return self.starts <= day and (self.ends is None or day < self.ends)

    def _line(self, code: str) -> Line | None:
        """The code with its own dates; what can be no code in any table is not in this one."""
        try:
            entry = codesets.entry_of(self.release_id, self.system, code)
        except Refused:
            return None
        if entry is None:
            return None
        listings = tuple(Listing(each["name"], each["title"], tuple(each["codes"])) for each in entry.listings)
        undated = entry.valid_from is None and entry.valid_until is None
        return Line(entry, CodeAnswer(entry.code, entry.title, entry.billable), listings, undated)

    def _notes(self, code: str) -> NotesAnswer | None:
        """Excludes1, code first and use additional of an ICD-10-CM code and everything above it, as code prefixes."""
        line = self.line(code)
        if line is None:
            return None
        levels = codesets.ancestors_notes(line.entry.code, ICD_10_CM, self.starts)
        return NotesAnswer(
            excludes1=_prefixes(targets_of(levels, "excludes1")),
            code_first=_prefixes(targets_of(levels, "code_first")),
            use_additional=_prefixes(targets_of(levels, "use_additional")),
            manifestation=line.entry.manifestation,
        )

    @cached_property
    def has_notes(self) -> bool:
        """Whether the release of ICD-10-CM came with its notes."""
        release = codesets.loaded(ICD_10_CM, self.starts)
        return release is not None and codesets.has_notes(release)


def book_of(release: TableRelease) -> Book:
    """The process's book of a release; ``checksum`` names its contents, the dates may be given an end later."""
    starts, ends = release.effective.lower, release.effective.upper
    return _book(release.checksum, release.pk, release.system, starts, ends)


@lru_cache(maxsize=_KEPT_RELEASES)
def _book(checksum: str, release_id: int, system: str, starts: datetime.date, ends: datetime.date | None) -> Book:
    return Book(release_id, system, starts, ends)


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
