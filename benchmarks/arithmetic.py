"""Ratios of interleaved measurements, as pure functions. Times are milliseconds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

#: Fewer rounds than this cannot tell a slow page from a slow moment.
FEWEST_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """Times of one thing, one after another, in one round."""

    times: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.times)


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
    """One figure: how many were timed, median and 95th percentile, ratios to the null view and to the floor."""

    times: int
    median: float
    p95: float
    to_null: Ratio
    to_floor: Ratio


def summarise(rounds: Sequence[Round]) -> Summary:
    """The figure over all rounds. Each ratio is made inside its round, so that a slow minute slows both sides.

    Raises ValueError with fewer than FEWEST_ROUNDS rounds.
    """
    if len(rounds) < FEWEST_ROUNDS:
        raise ValueError(f"{len(rounds)} rounds are too few: {FEWEST_ROUNDS} are needed")
    times = [time for each in rounds for time in each.figure.times]
    return Summary(
        times=len(times),
        median=median(times),
        p95=percentile(times, 95),
        to_null=ratio([(each.figure, each.null) for each in rounds]),
        to_floor=ratio([(each.figure, each.floor) for each in rounds]),
    )


def ratio(pairs: Sequence[tuple[Batch, Batch]]) -> Ratio:
    """Median, lowest and highest of the pairs' ratios of medians."""
    ratios = [first.middle / second.middle for first, second in pairs]
    return Ratio(middle=median(ratios), low=min(ratios), high=max(ratios))


def percentile(times: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: a time that was really measured."""
    ordered = sorted(times)
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def repetitions(*, one: float, share: float, most: int) -> int:
    """How many fit into ``share`` milliseconds when one takes ``one``: at least one, at most ``most``."""
    return max(1, min(int(share / one), most)) if one > 0 else most
