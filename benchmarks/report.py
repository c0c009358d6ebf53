"""The table that people read, and the JSON that a later run is compared with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from .arithmetic import Ratio, Summary
from .costs import Cost
from .figure import Figure
from .machine import MOST_STEAL

_HEADS: Final = (
    *("", "n", "median ms", "p95 ms", "x null", "min-max", "x floor", "min-max"),
    *("cpu ms", "x null cpu", "min-max", "queries", "buffers", "throughput"),
)
#: A list answers in the time of a null page and a half, and 20 ms.
_NULL_PAGE, _LISTS = "signed-in null", "My work"
_SLOWEST: Final = 3
_LONGEST: Final = 3000


@dataclass(frozen=True, slots=True)
class Line:
    """One figure with all that is known of it."""

    figure: Figure
    summary: Summary
    cost: Cost | None

    def cells(self) -> tuple[str, ...]:
        """As the table shows it."""
        summary, cost = self.summary, self.cost
        return (
            self.figure.name,
            str(summary.times),
            f"{summary.median:.2f}",
            f"{summary.p95:.2f}",
            *_ratio(summary.to_null),
            *_ratio(summary.to_floor),
            f"{summary.processor:.2f}",
            *_ratio(summary.processor_to_null),
            str(cost.queries) if cost else "",
            f"{cost.buffers:,}" if cost and cost.buffers is not None else "",
            self._throughput(),
        )

    def as_dict(self) -> dict[str, Any]:
        """As the file keeps it, with the statements that took longest."""
        figure, cost = self.figure, self.cost
        kept: dict[str, Any] = {"name": figure.name, "words": figure.words, "floor": figure.floor, **asdict(self.summary)}
        if cost:
            slowest = sorted(cost.statements, key=lambda each: -each.took)[:_SLOWEST]
            kept |= {"queries": cost.queries, "buffers": cost.buffers, "read_whole": cost.read_whole}
            kept["slowest"] = [{**asdict(each), "sql": each.sql[:_LONGEST]} for each in slowest]
        return kept

    def _throughput(self) -> str:
        if not self.figure.rate:
            return ""
        one = self.summary.processor if self.figure.by_processor else self.summary.median
        return f"{1000 * self.figure.rate / one:,.1f}/{'min' if self.figure.rate == 60 else 's'}"


def _ratio(ratio: Ratio) -> tuple[str, str]:
    return _three_digits(ratio.middle), f"{_three_digits(ratio.low)}-{_three_digits(ratio.high)}"


def _three_digits(number: float) -> str:
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def table(lines: Sequence[Line]) -> str:
    """Columns as wide as what is in them; names to the left, numbers to the right."""
    rows = [_HEADS, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    return "\n".join(
        "  ".join(_aligned(cell, width, index) for index, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in rows
    )


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if column else cell.ljust(width)


def remarks(lines: Sequence[Line], machine: dict[str, Any], stolen: float) -> list[str]:
    """What the reader must know to believe the table."""
    said = [
        "x null: times the null view, measured beside it in each round; median of the rounds, lowest and highest.",
        "x floor: the same for what the figure stands on: the signed-in null view for pages, an empty scoped transaction"
        " for services, the null view for these two.",
        "cpu: processor time of the application's Python alone, which a busy machine changes least.",
        f"Client and server share {machine['cores']} cores (load {machine['load']} at the start): milliseconds are a note, "
        "ratios and counts are the result.",
        "PostgreSQL {postgresql}, shared_buffers {shared_buffers}, fsync {fsync}, synchronous_commit {synchronous_commit}; "
        "Python {python}, Django {django}.".format(**machine),
    ]
    if stolen > MOST_STEAL:
        said.append(f"DISCARD THIS RUN: {stolen:.1f} % of the processors' time was stolen by other machines.")
    whole = [f"{line.figure.name} ({', '.join(line.cost.read_whole)})" for line in lines if line.cost and line.cost.read_whole]
    if whole:
        said.append(f"Read a large table from end to end: {'; '.join(whole)}.")
    slow = slow_lists(lines)
    if slow:
        said.append(f"Lists whose p95 is beyond 1.5 times that of the signed-in null view plus 20 ms: {', '.join(slow)}.")
    return said


def slow_lists(lines: Sequence[Line]) -> list[str]:
    """The lists that miss their target; none without the null page beside them."""
    null = next((line.summary.p95 for line in lines if line.figure.name == _NULL_PAGE), None)
    if null is None:
        return []
    return [line.figure.name for line in lines if line.figure.name.startswith(_LISTS) and line.summary.p95 > 1.5 * null + 20]
