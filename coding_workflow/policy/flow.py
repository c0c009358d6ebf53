"""The steps of one kind of account under a policy, and the roads between them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .rules import FacilityPolicy
from .steps import LANES, STEPS, Asked, Step

__all__ = ["LANES", "Flow", "Road", "Step", "flow_of"]


@dataclass(frozen=True)
class Road:
    """From one step to another, under a condition in a word or two; with ``back`` also the other way, under that condition."""

    start: str
    end: str
    words: str = ""
    back: str = ""


@dataclass(frozen=True)
class Flow:
    """The whole chart of one patient class (and service, where one is chosen)."""

    patient_class: str
    service: str
    steps: tuple[Step, ...]
    roads: tuple[Road, ...]
    of: Mapping[str, Step] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Find steps by their codes."""
        object.__setattr__(self, "of", {step.code: step for step in self.steps})

    def after(self, code: str) -> list[tuple[str, str]]:
        """Where a step leads, with the condition: names of steps."""
        there = [(self.of[road.end].name, road.words) for road in self.roads if road.start == code]
        back = [(self.of[road.start].name, road.back) for road in self.roads if road.back and road.end == code]
        return there + back


def flow_of(policy: FacilityPolicy, patient_class: str, service: str = "", people: Mapping[str, str] | None = None) -> Flow:
    """The chart of accounts of this class; what differs by payer is said in its steps."""
    asked = Asked(policy, patient_class, service, people or {})
    steps = tuple(step for make in STEPS for step in make(asked))
    known = {step.code for step in steps}
    roads = tuple(road for road in _roads(known) if {road.start, road.end} <= known)
    return Flow(patient_class, service, steps, roads)


def _roads(known: set[str]) -> Iterator[Road]:
    """Every road whose two ends may be there; a step that is left out is passed over."""
    waits, by_policy = "bill_hold" in known, "by_policy" in known
    yield Road("registered", "bill_hold" if waits else "coding", "" if waits else "discharged")
    yield Road("bill_hold", "coding", "days over")
    yield Road("suggestions", "coding", "offered")
    yield Road("coding", "query", "asks, is answered", "answered or signed")
    yield Road("coding", "check", "final coded", "the coder's to mend")
    yield Road("check", "held", "something is missing", "it has come")
    yield Road("check", "by_policy" if by_policy else "approval", "all pass")
    yield Road("by_policy", "release", "yes")
    yield Road("by_policy", "approval", "no")
    yield Road("approval", "release", "approved")
    yield Road("approval", "coding", "sent back")
    yield Road("release", "billed", "handed over")
    yield Road("billed", "paid", "paid")
    yield Road("billed", "cases", "denied")
    yield Road("cases", "coding", "reopened")
