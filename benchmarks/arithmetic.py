"""Ratios of interleaved measurements, as pure functions. Times are milliseconds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from .spent import Spent

#: Fewer rounds than this cannot tell a slow page from a slow moment.
FEWEST_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """One thing repeated in one round."""

    spent: tuple[Spent, ...]

    @property
    def clock(self) -> float:
        """The median by the clock."""
        return median(each.clock for each in self.spent)

    @property
    def processor(self) -> float:
        """The median of a processor."""
        return median(each.processor for each in self.spent)


@dataclass(frozen=True, slots=True)
class Round:
    """What was measured side by side: the figure, the null view, and the floor that the figure stands on."""

    figure: Batch
    null: Batch
    floor: Batch


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median ratio of the rounds, with the lowest and the highest."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """One figure: how many were timed, median and 95th percentile by the clock, median of a processor, and the ratios.

    ``to_null`` and ``to_floor`` are by the clock, ``processor_to_null`` is of a processor.
    """

    times: int
    median: float
    p95: float
    processor: float
    to_null: Ratio
    to_floor: Ratio
    processor_to_null: Ratio


def summarise(rounds: Sequence[Round]) -> Summary:
    """The figure over all rounds. Each ratio is made inside its round, so that a slow minute slows both sides.

    Raises ValueError with fewer than FEWEST_ROUNDS rounds.
    """
    if len(rounds) < FEWEST_ROUNDS:
        raise ValueError(f"{len(rounds)} rounds are too few: {FEWEST_ROUNDS} are needed")
    spent = [spent for each in rounds for spent in each.figure.spent]
    times = [each.clock for each in spent]
    return Summary(
        times=len(times),
        median=median(times),
        p95=percentile(times, 95),
        processor=median(each.processor for each in spent),
        to_null=ratio([(each.figure.clock, each.null.clock) for each in rounds]),
        to_floor=ratio([(each.figure.clock, each.floor.clock) for each in rounds]),
        processor_to_null=ratio([(each.figure.processor, each.null.processor) for each in rounds]),
    )


def ratio(pairs: Sequence[tuple[float, float]]) -> Ratio:
    """Median, lowest and highest of the pairs' ratios."""
    ratios = [first / second for first, second in pairs]
    return Ratio(middle=median(ratios), low=min(ratios), high=max(ratios))


def percentile(times: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: a time that was really measured."""
    ordered = sorted(times)
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def repetitions(*, one: float, share: float, most: int) -> int:
    """How many fit into ``share`` milliseconds when one takes ``one``: at least one, at most ``most``."""
    return max(1, min(int(share / one), most)) if one > 0 else most
