"""A story: what happened to one synthetic patient, as the hospital's systems would tell it. Pure data.

The note's words support the codes: every ``passage`` stands, letter by letter, in one of the story's documents.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("America/New_York")
#: Papers that are written before the stay: consent to sterilization is valid for 180 days (42 CFR 441.253(d)).
_FIRST_DAY: Final = {"sterilization_consent": -180}


class Until(IntEnum):
    """How far the story is played."""

    REGISTERED = 1
    DISCHARGED = 2
    CODING = 3
    CODED = 4
    RELEASED = 5
    SUBMITTED = 6
    PAID = 7
    DENIED = 8


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of the record. ``day`` counts from admission; ``late`` papers come only when asked for."""

    type: str
    title: str
    text: str
    role: str = "attending"
    day: int = 0
    signed: bool = True
    by_laboratory: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Dx:
    """A diagnosis as the coder assigns it; ``poa`` blank for exempt codes and outpatients."""

    code: str
    passage: str = ""
    poa: str = ""
    role: str = "diagnosis"


@dataclass(frozen=True, slots=True)
class Px:
    """A procedure as the coder assigns it. ``day`` counts from admission."""

    code: str
    passage: str = ""
    day: int = 0
    modifiers: tuple[str, ...] = ()
    units: int = 1
    specimen: bool | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A charge line as the charge system posts it; without ``hcpcs`` the coder's code goes on it.

    ``linked`` are the diagnoses to which a practice links a professional service; that has no revenue code.
    """

    revenue_code: str
    amount: Decimal
    description: str
    hcpcs: str = ""
    modifiers: tuple[str, ...] = ()
    units: int = 1
    day: int = 0
    linked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came after the claim: a discrepancy, and how it was corrected. Empty ``diagnoses``: the case is still open."""

    source: str
    description: str
    late: Paper | None = None
    overpayment: bool = False
    root_cause: str = ""
    prevention: str = ""
    diagnoses: tuple[Dx, ...] = ()
    condition_code: str = ""


class Turn:
    """Something that happens to an account beside its first coding; the kinds are in ``turns``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One account from registration on. Dates are the facility's; ``days`` is discharge minus admission.

    ``visit_class`` (HL7 table 0004) and the place of service are told of a professional account.
    ``status`` and the class are patient accounting's; ``record_*`` say what the record says where it differs.
    ``before`` happens before the coder sits down, ``after`` when the account is final coded and checked.
    ``expect`` is the set of conditions (1-7) that hold in the end; ``expect_rules`` rule ids among the findings.
    """

    number: str
    title: str
    patient_class: str
    payer: str
    born: datetime.date
    sex: str
    admitted: datetime.date
    days: int = 0
    hour: int = 9
    status: str = "01"
    admission_type: str = "1"
    point_of_origin: str = "1"
    service: str = ""
    place_of_service: str = ""
    visit_class: str = ""
    papers: tuple[Paper, ...] = ()
    diagnoses: tuple[Dx, ...] = ()
    procedures: tuple[Px, ...] = ()
    bills: tuple[Bill, ...] = ()
    condition_codes: tuple[str, ...] = ()
    occurrence_codes: tuple[tuple[str, datetime.date], ...] = ()
    value_codes: tuple[tuple[str, Decimal], ...] = ()
    record_status: str = ""
    record_class: str = ""
    record_death: datetime.date | None = None
    birth_weight_grams: int | None = None
    until: Until = Until.CODED
    same_patient_as: str = ""
    mother: str = ""
    restricted: str = ""
    coder: str = "ana"
    no_claim: str = ""
    hold: tuple[str, str, int, str] | None = field(default=None)
    before: tuple[Turn, ...] = ()
    after: tuple[Turn, ...] = ()
    aftermath: Aftermath | None = None
    expect: frozenset[int] = frozenset()
    expect_rules: frozenset[str] = frozenset()

    @property
    def discharged(self) -> datetime.date:
        """The day of discharge, or of the service."""
        return self.admitted + datetime.timedelta(days=self.days)

    def on(self, day: int) -> datetime.date:
        """A day of the stay."""
        return self.admitted + datetime.timedelta(days=day)

    def at(self, day: int, hour: int) -> datetime.datetime:
        """An instant of the stay, at the hospital's own time."""
        return datetime.datetime.combine(self.on(day), datetime.time(hour), ZONE)

    def moved_to(self, admitted: datetime.date, number: str) -> "Story":
        """The same story of another patient on another day."""
        return replace(self, admitted=admitted, number=number)


def faults(story: Story) -> Iterator[str]:
    """What is wrong with a story's own words: passages that stand in no paper, days outside the stay."""
    texts = [paper.text for paper in story.papers]
    if story.aftermath and story.aftermath.late:
        texts.append(story.aftermath.late.text)
    after = story.aftermath.diagnoses if story.aftermath else ()
    items: tuple[Dx | Px, ...] = (*story.diagnoses, *after, *story.procedures)
    for item in items:
        if item.passage and not any(item.passage in text for text in texts):
            yield f"{story.number}: the passage of {item.code} stands in no paper"
    for paper in story.papers:
        if not _FIRST_DAY.get(paper.type, 0) <= paper.day <= story.days + 30:
            yield f"{story.number}: {paper.title} is outside the stay"
