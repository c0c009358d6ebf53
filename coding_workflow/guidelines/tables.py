"""What the engine asks of code tables, and how its questions are recorded and answered again.

The caller binds the date: a ``Tables`` object answers from the releases in force for one account. Tables that are
published by day of service are also asked for another day of the account (``on``), that of a line.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

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


@dataclass(frozen=True, slots=True)
class Listing:
    """A coverage determination or an edit of the outpatient code editor that lists a service, with the codes it names:
    diagnoses as prefixes or ranges (``E08-E13``), services whole."""

    name: str
    title: str
    codes: tuple[str, ...]


#: The day of a line where it is another than the account's; None asks for the account's own date.
Day = datetime.date | None


class Tables(Protocol):
    """Tables in force for one account. Systems: ICD-10-CM, ICD-10-PCS, ICD-9-CM-DX, ICD-9-CM-PX, HCPCS, CPT,
    HCPCS-MODIFIER, ICD-10-CM-NOTES, POA-EXEMPT, NCCI-PTP, MUE, COVERAGE, IOCE."""

    def loaded(self, system: str, on: Day = None) -> str | None:
        """Label of the release in force (its first day, or a version); None when no release covers the date."""

    def code(self, system: str, code: str, on: Day = None) -> CodeAnswer | None:
        """The code in the release in force; None when it is not in it."""

    def notes(self, code: str) -> NotesAnswer | None:
        """Notes of an ICD-10-CM code; None when the table has none for it."""

    def poa_exempt(self, code: str) -> bool:
        """Whether the code is on the POA-exempt list in force."""

    def pairs(self, codes: frozenset[str], on: Day = None) -> tuple[PairAnswer, ...]:
        """The NCCI pairs in force among these codes, in the payer's and setting's set, by column 1 and column 2."""

    def unit_limit(self, code: str, on: Day = None) -> UnitsAnswer | None:
        """The MUE value of a code; None when it has none."""

    def listings(self, system: str, code: str, on: Day = None) -> tuple[Listing, ...]:
        """What COVERAGE or IOCE lists about a service, by name."""

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        """DRG and MCE answer; None when no version covers the discharge date."""


class GrouperTables:
    """Base for adapters: the grouper needs no database."""

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        """Ask the grouper in this process."""
        return grouper.answer(claim)

    def pairs(self, codes: frozenset[str], on: Day = None) -> tuple[PairAnswer, ...]:
        """None, until an adapter has NCCI tables; ``loaded`` says that they are not."""
        return ()

    def unit_limit(self, code: str, on: Day = None) -> UnitsAnswer | None:
        """None, until an adapter has MUE tables; ``loaded`` says that they are not."""
        return None

    def listings(self, system: str, code: str, on: Day = None) -> tuple[Listing, ...]:
        """None, until an adapter has such tables; ``loaded`` says that they are not."""
        return ()


class NoTables(GrouperTables):
    """Nothing is loaded: everything that needs a table says so."""

    def loaded(self, system: str, on: Day = None) -> str | None:
        """None."""
        return None

    def code(self, system: str, code: str, on: Day = None) -> CodeAnswer | None:
        """None."""
        return None

    def notes(self, code: str) -> NotesAnswer | None:
        """None."""
        return None

    def poa_exempt(self, code: str) -> bool:
        """False."""
        return False


Question = TypeVar("Question")
Kept = TypeVar("Kept")


class _Answers(dict[Question, Kept]):
    """Question -> answer; a question that is not in it yet is asked, once."""

    __slots__ = ("_ask",)

    def __init__(self, ask: Callable[[Question], Kept]) -> None:
        self._ask = ask

    def __missing__(self, question: Question) -> Kept:
        answer = self[question] = self._ask(question)
        return answer


class RecordingTables:
    """Passes questions on, asks each once, and keeps the answers."""

    def __init__(self, tables: Tables) -> None:
        # Written as annotations, which are not evaluated here: a generic class costs a microsecond each time it is named.
        self._loaded: _Answers[tuple[str, Day], str | None] = _Answers(lambda asked: tables.loaded(*asked))
        self._codes: _Answers[tuple[str, str, Day], CodeAnswer | None] = _Answers(lambda asked: tables.code(*asked))
        self._notes = _Answers(tables.notes)
        self._exempt = _Answers(tables.poa_exempt)
        self._pairs: _Answers[tuple[frozenset[str], Day], tuple[PairAnswer, ...]] = _Answers(lambda asked: tables.pairs(*asked))
        self._units: _Answers[tuple[str, Day], UnitsAnswer | None] = _Answers(lambda asked: tables.unit_limit(*asked))
        self._listings: _Answers[tuple[str, str, Day], tuple[Listing, ...]] = _Answers(lambda asked: tables.listings(*asked))
        self._grouping = _Answers(tables.grouping)

    def loaded(self, system: str, on: Day = None) -> str | None:
        """As the tables say."""
        return self._loaded[system, on]

    def code(self, system: str, code: str, on: Day = None) -> CodeAnswer | None:
        """As the tables say."""
        return self._codes[system, code, on]

    def notes(self, code: str) -> NotesAnswer | None:
        """As the tables say."""
        return self._notes[code]

    def poa_exempt(self, code: str) -> bool:
        """As the tables say."""
        return self._exempt[code]

    def pairs(self, codes: frozenset[str], on: Day = None) -> tuple[PairAnswer, ...]:
        """As the tables say."""
        return self._pairs[codes, on]

    def unit_limit(self, code: str, on: Day = None) -> UnitsAnswer | None:
        """As the tables say."""
        return self._units[code, on]

    def listings(self, system: str, code: str, on: Day = None) -> tuple[Listing, ...]:
        """As the tables say."""
        return self._listings[system, code, on]

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        """As the grouper says; one claim per account."""
        return self._grouping[claim]

    def labels(self) -> dict[str, str]:
        """Releases that were asked for and are loaded: ``{"icd10cm": "2026-04-01"}``; several, where lines ask for several."""
        labels: dict[str, set[str]] = {}
        for (system, _), label in self._loaded.items():
            if label:
                labels.setdefault(system, set()).add(label)
        return {short_name(system): ", ".join(sorted(found)) for system, found in sorted(labels.items())}

    def answers(self) -> dict[str, Any]:
        """Every answer used, as JSON values in a fixed order."""
        return {
            "loaded": dict(sorted(_written(self._loaded).items())),
            "codes": _all_plain(_written(self._codes)),
            "notes": _all_plain(self._notes),
            "poa_exempt": dict(sorted(self._exempt.items())),
            "pairs": {
                _question(on, *sorted(codes)): [_plain(each) for each in found] for (codes, on), found in self._pairs.items()
            },
            "units": _all_plain(_written(self._units)),
            "listings": {
                question: [_plain(each) for each in found] for question, found in sorted(_written(self._listings).items())
            },
            "grouping": [_plain(answer) for answer in self._grouping.values()],
        }


def _question(on: Day, *asked: str) -> str:
    """The key of a question: what is asked, and the day where it is not the account's."""
    return " ".join((*asked, on.isoformat()) if on else asked)


def _written(answers: Mapping[Any, Any]) -> dict[str, Any]:
    """The same answers by the keys that a record has; the day is the last part of a question."""
    return {_question(asked[-1], *asked[:-1]): answer for asked, answer in answers.items()}


def _all_plain(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {question: _plain(answer) for question, answer in sorted(answers.items())}


def _plain(answer: Any) -> Any:
    return None if answer is None else {name: getattr(answer, name) for name in answer.__slots__}


def short_name(system: str) -> str:
    """``ICD-10-CM`` as ``icd10cm``: the key under ``tables`` in an evaluation."""
    return system.replace("-", "").lower()


class ReplayTables:
    """Answers again what a certificate recorded; a question it never answered is an error, not a guess."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def loaded(self, system: str, on: Day = None) -> str | None:
        """The recorded label."""
        return cast("str | None", self._answers["loaded"][_question(on, system)])

    def code(self, system: str, code: str, on: Day = None) -> CodeAnswer | None:
        """The recorded code."""
        kept = self._answers["codes"][_question(on, system, code)]
        return CodeAnswer(**kept) if kept else None

    def notes(self, code: str) -> NotesAnswer | None:
        """The recorded notes."""
        kept = self._answers["notes"][code]
        return NotesAnswer.from_plain(kept) if kept else None

    def poa_exempt(self, code: str) -> bool:
        """The recorded answer."""
        return bool(self._answers["poa_exempt"][code])

    def pairs(self, codes: frozenset[str], on: Day = None) -> tuple[PairAnswer, ...]:
        """The recorded pairs."""
        return tuple(PairAnswer(**kept) for kept in self._answers["pairs"][_question(on, *sorted(codes))])

    def unit_limit(self, code: str, on: Day = None) -> UnitsAnswer | None:
        """The recorded limit."""
        kept = self._answers["units"][_question(on, code)]
        return UnitsAnswer(**kept) if kept else None

    def listings(self, system: str, code: str, on: Day = None) -> tuple[Listing, ...]:
        """The recorded listings."""
        kept = self._answers["listings"][_question(on, system, code)]
        return tuple(Listing(each["name"], each["title"], tuple(each["codes"])) for each in kept)

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        """The recorded DRG and MCE answer."""
        kept = self._answers["grouping"][0]
        return GroupingAnswer.from_plain(kept) if kept else None
