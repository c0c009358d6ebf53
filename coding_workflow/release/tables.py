"""The loaded code tables as the rule engine asks them: bound to one account's date."""

import datetime

from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.codes import ICD_10_CM
from coding_workflow.codesets.entries import targets_of
from coding_workflow.guidelines.tables import CodeAnswer, GrouperTables, NotesAnswer

#: Tables that come inside the grouper, and the notes that come with ICD-10-CM.
_NOTES = "ICD-10-CM-NOTES"


def tables_in_force(on: datetime.date | None) -> "DatabaseTables":
    """The tables of a discharge or service date; without a date nothing is loaded."""
    return DatabaseTables(on)


class DatabaseTables(GrouperTables):
    """Answers from the releases in force on one date."""

    def __init__(self, on: datetime.date | None) -> None:
        self._on = on

    def loaded(self, system: str) -> str | None:
        """The label of the release in force, or None."""
        release = codesets.loaded(ICD_10_CM if system == _NOTES else system, self._on) if self._on else None
        return release.label if release else None

    def code(self, system: str, code: str) -> CodeAnswer | None:
        """The code in force, headings included, or None."""
        found = codesets.lookup(system, code, self._on) if self._on else None
        return CodeAnswer(found.code, found.title, found.billable) if found else None

    def notes(self, code: str) -> NotesAnswer | None:
        """Excludes1, code first and use additional of a code and everything above it, as code prefixes."""
        entry = codesets.lookup(ICD_10_CM, code, self._on) if self._on else None
        if entry is None or self._on is None:
            return None
        levels = codesets.ancestors_notes(code, ICD_10_CM, self._on)
        return NotesAnswer(
            excludes1=_prefixes(targets_of(levels, "excludes1")),
            code_first=_prefixes(targets_of(levels, "code_first")),
            use_additional=_prefixes(targets_of(levels, "use_additional")),
            manifestation=entry.manifestation,
        )

    def poa_exempt(self, code: str) -> bool:
        """Whether the code is on the exempt list in force; false where no list is loaded (``loaded`` says so)."""
        return bool(self._on and codesets.poa_exempt(code, self._on))


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
