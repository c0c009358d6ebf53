"""The loaded code tables as the rule engine asks them: bound to one account's date.

Releases never change once loaded, so answers about their codes are kept in the process, by the release's checksum.
"""

import datetime
from functools import lru_cache

from accounts.errors import Refused
from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.codes import ICD_10_CM, POA_EXEMPT
from coding_workflow.codesets.entries import CodeEntry, targets_of
from coding_workflow.codesets.models import TableRelease
from coding_workflow.guidelines.tables import CodeAnswer, GrouperTables, NotesAnswer

#: The notes come with ICD-10-CM.
_NOTES = "ICD-10-CM-NOTES"
_KEPT_CODES, _KEPT_NOTES = 200_000, 50_000


def tables_in_force(on: datetime.date | None) -> "DatabaseTables":
    """The tables of a discharge or service date; without a date nothing is loaded. Asks the database once for the releases."""
    return DatabaseTables(on)


class DatabaseTables(GrouperTables):
    """Answers from the releases in force on one date."""

    def __init__(self, on: datetime.date | None) -> None:
        self._on = on
        rows = TableRelease.objects.filter(effective__contains=on) if on else ()
        self._releases = {release.system: release for release in rows}

    def loaded(self, system: str) -> str | None:
        """First day of the release in force, or None."""
        release = self._releases.get(ICD_10_CM if system == _NOTES else system)
        if system == _NOTES and (release is None or not codesets.has_notes(release)):
            return None
        return release.effective.lower.isoformat() if release else None

    def _entry(self, system: str, code: str) -> CodeEntry | None:
        release = self._releases.get(system)
        return _entry(release.checksum, system, code, self._on) if release and self._on else None

    def code(self, system: str, code: str) -> CodeAnswer | None:
        """The code in force, headings included, or None."""
        found = self._entry(system, code)
        return CodeAnswer(found.code, found.title, found.billable) if found else None

    def notes(self, code: str) -> NotesAnswer | None:
        """Excludes1, code first and use additional of a code and everything above it, as code prefixes."""
        entry = self._entry(ICD_10_CM, code)
        if entry is None or self._on is None:
            return None
        return _notes(self._releases[ICD_10_CM].checksum, entry.code, entry.manifestation, self._on)

    def poa_exempt(self, code: str) -> bool:
        """Whether the code is on the exempt list in force; false where no list is loaded (``loaded`` says so)."""
        return self._entry(POA_EXEMPT, code) is not None


@lru_cache(maxsize=_KEPT_CODES)
def _entry(checksum: str, system: str, code: str, on: datetime.date) -> CodeEntry | None:
    """``checksum`` names the release's contents; what can be no code in any table is not in this one."""
    try:
        return codesets.lookup(system, code, on)
    except Refused:
        return None


@lru_cache(maxsize=_KEPT_NOTES)
def _notes(checksum: str, code: str, manifestation: bool, on: datetime.date) -> NotesAnswer:
    levels = codesets.ancestors_notes(code, ICD_10_CM, on)
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
    if len(first) == len(last) == 3 and first[0] == last[0] and first[1:].isdigit() and last[1:].isdigit():
        return [f"{first[0]}{number:02d}" for number in range(int(first[1:]), int(last[1:]) + 1)]
    return _expand_tail(first, last)


def _expand_tail(first: str, last: str) -> list[str]:
    """Ranges within a category (``I60-I61`` is handled above): ``O0830-O0839`` by their last digit."""
    same = first[:-1] == last[:-1] and first[-1:].isdigit() and last[-1:].isdigit()
    if not same:
        return [first, last]
    return [f"{first[:-1]}{digit}" for digit in range(int(first[-1]), int(last[-1]) + 1)]
