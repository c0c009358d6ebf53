"""One line of the table: what is done, and how it is told."""

from collections.abc import Callable
from dataclasses import dataclass

from . import costs
from .spent import Spent


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``once`` answers what one took; ``before`` comes before each batch; ``cost`` is run once.

    ``rate`` says per how many seconds the throughput is told (or how many things one is), 0 for none; ``by_processor`` tells
    what one core does, whoever else is on the machine. ``most`` bounds a batch.
    """

    name: str
    words: str
    once: Callable[[], Spent]
    floor: str
    cost: Callable[[], costs.Cost] | None = None
    before: Callable[[], None] = _nothing
    rate: int = 0
    most: int = 25
    by_processor: bool = False
