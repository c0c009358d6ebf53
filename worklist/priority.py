"""The rank of work: a time computed once, so that everything ages at the same speed, and the words behind it.

Pure: no ORM, no clock, no settings.
"""

import datetime
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

_HOUR: Final = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Weights:
    """How far each reason moves work, in hours. Every move is bounded, so nothing can starve."""

    target_hours: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType(
            {"inpatient": 96, "newborn": 96, "observation": 72, "outpatient_surgery": 72, "emergency": 48, "recurring": 120}
        )
    )
    other_target_hours: int = 72
    hours_per_doubling: float = 12
    dollars_floor: Decimal = Decimal(1000)
    most_hours_for_dollars: float = 96
    payer_hours: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"medicaid": 24, "commercial": 24, "medicare_advantage": 24})
    )
    returned_hours: int = 48

    @property
    def most_overtaken_hours(self) -> float:
        """The starvation guard: nothing that starts so many hours later can stand before this work, whatever it is."""
        targets = (*self.target_hours.values(), self.other_target_hours)
        moves = self.most_hours_for_dollars + max(self.payer_hours.values(), default=0) + self.returned_hours
        return max(targets) - min(targets) + moves


STANDARD: Final = Weights()


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rank looks at. ``start`` is the discharge (or the opening of the work), aware; ``charges`` are dollars."""

    start: datetime.datetime
    patient_class: str
    class_name: str
    charges: Decimal
    payer_kind: str
    payer_name: str
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One reason: how many hours it moves the work (negative is earlier), and how to say it."""

    code: str
    hours: float
    words: str


@dataclass(frozen=True, slots=True)
class Rank:
    """Where the work stands: earliest ``at`` first."""

    at: datetime.datetime
    parts: tuple[Part, ...]

    def as_json(self) -> list[dict[str, object]]:
        """The parts as they are stored on the work item."""
        return [asdict(part) for part in self.parts]


def rank(subject: Subject, weights: Weights = STANDARD) -> Rank:
    """The due time, moved earlier by dollars, payer deadline and return; each with its words."""
    parts = [part for part in (_due(subject, weights), _dollars(subject, weights), _payer(subject, weights)) if part.hours]
    if subject.returned:
        parts.append(Part("returned", -weights.returned_hours, "came back to the same person"))
    return Rank(at=subject.start + sum(part.hours for part in parts) * _HOUR, parts=tuple(parts))


def _due(subject: Subject, weights: Weights) -> Part:
    hours = weights.target_hours.get(subject.patient_class, weights.other_target_hours)
    return Part("due", hours, f"{subject.class_name}: due {_days(hours)} after discharge")


def _dollars(subject: Subject, weights: Weights) -> Part:
    if subject.charges <= weights.dollars_floor:
        return Part("dollars", 0, "")
    doublings = math.log2(float(subject.charges / weights.dollars_floor))
    hours = round(min(doublings * weights.hours_per_doubling, weights.most_hours_for_dollars), 1)
    return Part("dollars", -hours, f"${subject.charges:,.0f} in charges: {_days(hours)} earlier")


def _payer(subject: Subject, weights: Weights) -> Part:
    hours = weights.payer_hours.get(subject.payer_kind, 0)
    return Part("payer", -hours, f"{subject.payer_name} has a short filing limit: {_days(hours)} earlier")


def _days(hours: float) -> str:
    days = round(hours / 24, 1)
    if days < 1:
        return f"{hours:.0f} hours"
    return "1 day" if days == 1 else f"{days:g} days"
