"""What the engine asks of code tables, and how its questions are recorded and answered again.

The caller binds the date: a ``Tables`` object answers from the releases in force for one account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from . import grouper
from .grouper import GroupingAnswer, GroupingClaim


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """A code that the table holds; ``billable`` is false for a header that must be coded further."""

    code: str
    title: str
    billable: bool = True


@dataclass(frozen=True, slots=True)
class NotesAnswer:
    """Instructional notes that apply to a code, its parents' included.

    Targets are code prefixes without points: ``I13``, ``N181``.
    """

    excludes1: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    use_additional: tuple[str, ...] = ()
    manifestation: bool = False

    @classmethod
    def from_plain(cls, kept: Mapping[str, Any]) -> "NotesAnswer":
        """Notes read back from JSON."""
        first, also = tuple(kept["code_first"]), tuple(kept["use_additional"])
        return cls(tuple(kept["excludes1"]), first, also, bool(kept["manifestation"]))


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """An NCCI pair in force: column 2 is not reported beside column 1; indicator 0 never, 1 with a modifier, 9 not in use."""

    column_1: str
    column_2: str
    indicator: str


@dataclass(frozen=True, slots=True)
class UnitsAnswer:
    """The medically unlikely number of units; ``adjudication`` 1 by line, 2 absolute by day, 3 clinical by day."""

    units: int
    adjudication: str


class Tables(Protocol):
    """Tables in force for one account. Systems: ICD-10-CM, ICD-10-PCS, ICD-9-CM-DX, ICD-9-CM-PX, HCPCS, CPT,
    HCPCS-MODIFIER, ICD-10-CM-NOTES, POA-EXEMPT, NCCI-PTP, MUE."""

    def loaded(self, system: str) -> str | None:
        """Label of the release in force (its first day, or a version); None when no release covers the date."""

    def code(self, system: str, code: str) -> CodeAnswer | None:
        """The code in the release in force; None when it is not in it."""

    def notes(self, code: str) -> NotesAnswer | None:
        """Notes of an ICD-10-CM code; None when the table has none for it."""

    def poa_exempt(self, code: str) -> bool:
        """Whether the code is on the POA-exempt list in force."""

    def pair(self, column_1: str, column_2: str) -> PairAnswer | None:
        """The NCCI pair in force for the payer's and setting's set."""

    def unit_limit(self, code: str) -> UnitsAnswer | None:
        """The MUE value of a code; None when it has none."""

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        """DRG and MCE answer; None when no version covers the discharge date."""


class GrouperTables:
    """Base for adapters: the grouper needs no database."""

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        """Ask the grouper in this process."""
        return grouper.answer(claim)

    def pair(self, column_1: str, column_2: str) -> PairAnswer | None:
        """None, until an adapter has NCCI tables; ``loaded`` says that they are not."""
        return None

    def unit_limit(self, code: str) -> UnitsAnswer | None:
        """None, until an adapter has MUE tables; ``loaded`` says that they are not."""
        return None


class NoTables(GrouperTables):
    """Nothing is loaded: everything that needs a table says so."""

    def loaded(self, system: str) -> str | None:
        """None."""
        return None

    def code(self, system: str, code: str) -> CodeAnswer | None:
        """None."""
        return None

    def notes(self, code: str) -> NotesAnswer | None:
        """None."""
        return None

    def poa_exempt(self, code: str) -> bool:
        """False."""
        return False


class RecordingTables:
    """Passes questions on, asks each once, and keeps the answers."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._loaded: dict[str, str | None] = {}
        self._codes: dict[tuple[str, str], CodeAnswer | None] = {}
        self._notes: dict[str, NotesAnswer | None] = {}
        self._exempt: dict[str, bool] = {}
        self._pairs: dict[tuple[str, str], PairAnswer | None] = {}
        self._units: dict[str, UnitsAnswer | None] = {}
        self._grouping: list[GroupingAnswer | None] = []

    def loaded(self, system: str) -> str | None:
        """As the tables say."""
        if system not in self._loaded:
            self._loaded[system] = self._tables.loaded(system)
        return self._loaded[system]

    def code(self, system: str, code: str) -> CodeAnswer | None:
        """As the tables say."""
        if (system, code) not in self._codes:
            self._codes[system, code] = self._tables.code(system, code)
        return self._codes[system, code]

    def notes(self, code: str) -> NotesAnswer | None:
        """As the tables say."""
        if code not in self._notes:
            self._notes[code] = self._tables.notes(code)
        return self._notes[code]

    def poa_exempt(self, code: str) -> bool:
        """As the tables say."""
        if code not in self._exempt:
            self._exempt[code] = self._tables.poa_exempt(code)
        return self._exempt[code]

    def pair(self, column_1: str, column_2: str) -> PairAnswer | None:
        """As the tables say."""
        if (column_1, column_2) not in self._pairs:
            self._pairs[column_1, column_2] = self._tables.pair(column_1, column_2)
        return self._pairs[column_1, column_2]

    def unit_limit(self, code: str) -> UnitsAnswer | None:
        """As the tables say."""
        if code not in self._units:
            self._units[code] = self._tables.unit_limit(code)
        return self._units[code]

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        """As the grouper says; one claim per account."""
        if not self._grouping:
            self._grouping.append(self._tables.grouping(claim))
        return self._grouping[0]

    def labels(self) -> dict[str, str]:
        """Releases that were asked for and are loaded: ``{"icd10cm": "2026-04-01"}``."""
        loaded = {short_name(system): label for system, label in self._loaded.items() if label}
        return dict(sorted(loaded.items()))

    def answers(self) -> dict[str, Any]:
        """Every answer used, as JSON values in a fixed order."""
        return {
            "loaded": dict(sorted(self._loaded.items())),
            "codes": {f"{system} {code}": _plain(answer) for (system, code), answer in sorted(self._codes.items())},
            "notes": {code: _plain(answer) for code, answer in sorted(self._notes.items())},
            "poa_exempt": dict(sorted(self._exempt.items())),
            "pairs": {f"{first} {second}": _plain(answer) for (first, second), answer in sorted(self._pairs.items())},
            "units": {code: _plain(answer) for code, answer in sorted(self._units.items())},
            "grouping": [_plain(answer) for answer in self._grouping],
        }


def _plain(answer: Any) -> Any:
    return None if answer is None else {name: getattr(answer, name) for name in answer.__slots__}


def short_name(system: str) -> str:
    """``ICD-10-CM`` as ``icd10cm``: the key under ``tables`` in an evaluation."""
    return system.replace("-", "").lower()


class ReplayTables:
    """Answers again what a certificate recorded; a question it never answered is an error, not a guess."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def loaded(self, system: str) -> str | None:
        """The recorded label."""
        return cast("str | None", self._answers["loaded"][system])

    def code(self, system: str, code: str) -> CodeAnswer | None:
        """The recorded code."""
        kept = self._answers["codes"][f"{system} {code}"]
        return CodeAnswer(**kept) if kept else None

    def notes(self, code: str) -> NotesAnswer | None:
        """The recorded notes."""
        kept = self._answers["notes"][code]
        return NotesAnswer.from_plain(kept) if kept else None

    def poa_exempt(self, code: str) -> bool:
        """The recorded answer."""
        return bool(self._answers["poa_exempt"][code])

    def pair(self, column_1: str, column_2: str) -> PairAnswer | None:
        """The recorded pair."""
        kept = self._answers["pairs"][f"{column_1} {column_2}"]
        return PairAnswer(**kept) if kept else None

    def unit_limit(self, code: str) -> UnitsAnswer | None:
        """The recorded limit."""
        kept = self._answers["units"][code]
        return UnitsAnswer(**kept) if kept else None

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        """The recorded DRG and MCE answer."""
        kept = self._answers["grouping"][0]
        return GroupingAnswer.from_plain(kept) if kept else None
