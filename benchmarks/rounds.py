"""Measuring in rounds: in each, every figure stands between the null view and its floor."""

from collections.abc import Mapping, Sequence
from typing import Final

from .arithmetic import FEWEST_ROUNDS, Batch, Round, repetitions
from .figure import Figure

#: Of a figure's time in a round, the null view and the floor may take so much each.
_BESIDE: Final = 0.2


def measure(
    figures: Sequence[Figure], *, null: Figure, floors: Mapping[str, Figure], seconds: float, rounds: int = FEWEST_ROUNDS
) -> dict[str, list[Round]]:
    """All rounds of all figures: about ``seconds`` for what is repeated, and what is done once a round on top."""
    everything = {figure.name: figure for figure in (null, *floors.values(), *figures)}
    one = {name: _warm(figure) for name, figure in everything.items()}
    repeated = sum(figure.most > 1 for figure in figures)
    share = seconds * 1000 / (rounds * max(repeated, 1))

    def batch(figure: Figure, part: float) -> Batch:
        _ready(figure)
        times = repetitions(one=one[figure.name], share=share * part, most=figure.most)
        return Batch(tuple(figure.once() for _ in range(times)))

    found: dict[str, list[Round]] = {figure.name: [] for figure in figures}
    for _ in range(rounds):
        for figure in figures:
            beside = batch(null, _BESIDE)
            floor = beside if figure.floor == null.name else batch(floors[figure.floor], _BESIDE)
            found[figure.name].append(Round(figure=batch(figure, 1 - 2 * _BESIDE), null=beside, floor=floor))
    return found


def _warm(figure: Figure) -> float:
    """Milliseconds of one, once warm."""
    _ready(figure)
    return figure.once().clock


def _ready(figure: Figure) -> None:
    """The first after something else is slower than the next; only what is done once a batch goes without a rehearsal."""
    figure.before()
    if figure.most > 1:
        figure.once()
