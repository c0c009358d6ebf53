"""A code as the rest of the system sees it, and what its notes point at. Pure."""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: Notes of the tabular list, in the order in which coders read them.
NOTE_KINDS: Final = (
    "includes",
    "inclusion_terms",
    "notes",
    "code_first",
    "use_additional",
    "code_also",
    "excludes1",
    "excludes2",
    "seventh_character_note",
)
_IN_PARENTHESES: Final = re.compile(r"\(([^()]*)\)")
_CODE: Final = r"([A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{0,4})?)"
_TARGET: Final = re.compile(rf"{_CODE}(?:-?\s*-\s*{_CODE})?-?")

Notes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code of the release in force. ``code`` has no point, ``display`` has it; dates are half-open.

    ``listings`` of a service: name, title and codes of each coverage determination or edit that lists it.
    """

    system: str
    code: str
    display: str
    title: str
    short_title: str
    billable: bool
    parent: str
    release_id: int
    notes: Notes = field(default_factory=dict)
    seventh_characters: Mapping[str, str] = field(default_factory=dict)
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    listings: tuple[Mapping[str, Any], ...] = ()

    def valid_on(self, on: datetime.date) -> bool:
        """Whether the code itself is valid on a date of its release."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_until is None or on < self.valid_until)

    @property
    def manifestation(self) -> bool:
        """A manifestation by its title, "in diseases classified elsewhere": never first (I.A.13)."""
        return "diseases classified elsewhere" in self.title.lower()


@dataclass(frozen=True, slots=True)
class NoteLevel:
    """The notes at one node: the code itself, a category above it, a block or a chapter."""

    key: str
    title: str
    notes: Notes


def targets(notes: Iterable[str]) -> tuple[str, ...]:
    """The codes and ranges that notes name in parentheses, without points: ``N186``, ``I11``, ``O10-O16``."""
    inside = (part for note in notes for part in _IN_PARENTHESES.findall(note))
    found = (_TARGET.findall(part) for part in inside)
    return tuple("-".join(end.replace(".", "") for end in pair if end) for pairs in found for pair in pairs)


def targets_of(levels: Iterable[NoteLevel], kind: str) -> tuple[str, ...]:
    """What the notes of one kind point at, over a code and everything above it, nearest first, each once."""
    return tuple(dict.fromkeys(target for level in levels for target in targets(level.notes.get(kind, ()))))
