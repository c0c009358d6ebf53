"""Chance with a seed: the same seed draws the same account, on any machine and under any hash seed."""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Draw:
    """A source of choices named by its seeds."""

    def __init__(self, *seeds: object) -> None:
        self._random = random.Random(":".join(map(str, seeds)))

    def one(self, items: Sequence[Item]) -> Item:
        """One of them, each as likely."""
        return items[self._random.randrange(len(items))]

    def between(self, first: int, last: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(first, last)

    def chance(self, percent: int) -> bool:
        """True that often in a hundred."""
        return self._random.randrange(100) < percent

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """All of them in another order."""
        return self._random.sample(items, len(items))
