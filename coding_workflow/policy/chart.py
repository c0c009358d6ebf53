"""Where the boxes and arrows of a flow stand: a grid of lanes and columns, lines with right angles. Pure; units are pixels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .flow import LANES, Flow, Road, Step

Point = tuple[int, int]

LABELS: Final = 112
PITCH: Final = 152
LANE: Final = 84
WIDTH: Final = 114
HEIGHT: Final = 62
BELOW: Final = 26
#: The column of each step; those that a flow lacks leave no gap.
_COLUMNS: Final[Mapping[str, int]] = {
    "registered": 0,
    "bill_hold": 1,
    "suggestions": 2,
    "coding": 2,
    "query": 2,
    "check": 3,
    "held": 3,
    "by_policy": 4,
    "approval": 4,
    "release": 5,
    "billed": 6,
    "paid": 7,
    "cases": 7,
}


@dataclass(frozen=True)
class Box:
    """A step in its place: ``x`` and ``y`` are the middle."""

    step: Step
    x: int
    y: int

    @property
    def wide(self) -> int:
        """Half its width; the corners of a decision reach further, since words stand in its middle."""
        return WIDTH // 2 + (8 if self.step.kind == "decision" else 0)

    @property
    def high(self) -> int:
        """Half its height."""
        return HEIGHT // 2 + (7 if self.step.kind == "decision" else 0)

    @property
    def left(self) -> int:
        """The edge where arrows come in."""
        return self.x - self.wide

    @property
    def right(self) -> int:
        """The edge where arrows go out."""
        return self.x + self.wide

    @property
    def top(self) -> int:
        """The upper edge."""
        return self.y - self.high

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.y + self.high


@dataclass(frozen=True)
class Line:
    """A road as points, and where its words stand; ``anchor`` as in SVG."""

    road: Road
    points: tuple[Point, ...]
    at: Point
    anchor: str = "middle"


@dataclass(frozen=True)
class Chart:
    """The picture: its size, the lanes with their upper edges, boxes and lines."""

    width: int
    height: int
    lanes: tuple[tuple[str, int], ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def chart_of(flow: Flow) -> Chart:
    """Place every step in its lane and column, and draw every road. No two boxes share a place."""
    columns = {column: at for at, column in enumerate(sorted({_COLUMNS[step.code] for step in flow.steps}))}
    rows = {lane: at for at, lane in enumerate(LANES)}
    boxes = {
        step.code: Box(step, LABELS + PITCH * columns[_COLUMNS[step.code]] + PITCH // 2, LANE * rows[step.lane] + LANE // 2)
        for step in flow.steps
    }
    height = LANE * len(rows) + BELOW
    lines = tuple(_line(road, boxes[road.start], boxes[road.end], height) for road in flow.roads)
    lanes = tuple((name, LANE * rows[lane]) for lane, name in LANES.items())
    return Chart(LABELS + PITCH * len(columns), height, lanes, tuple(boxes.values()), lines)


def _line(road: Road, start: Box, end: Box, height: int) -> Line:
    how: Callable[[Road, Box, Box, int], Line] = _across
    if start.x == end.x:
        how = _upright
    elif start.x > end.x:
        how = _back
    return how(road, start, end, height)


def _upright(road: Road, start: Box, end: Box, height: int) -> Line:
    """Straight up or down, words beside it."""
    down = start.y < end.y
    first, last = (start.bottom, end.top) if down else (start.top, end.bottom)
    # Nearer to the start, where a long line has nothing beside it yet.
    at = first + (14 if down else -8)
    return Line(road, ((start.x, first), (end.x, last)), (start.x + 6, at), "start")


def _across(road: Road, start: Box, end: Box, height: int) -> Line:
    """Out at the right, in at the left; up or down half-way before the end."""
    if start.y == end.y:
        return Line(road, ((start.right, start.y), (end.left, end.y)), ((start.right + end.left) // 2, start.y - 6))
    turn = end.x - PITCH // 2
    points = ((start.right, start.y), (turn, start.y), (turn, end.y), (end.left, end.y))
    middle = (start.y + end.y) // 2 + 4
    return Line(road, points, (turn + 5, middle), "start")


def _back(road: Road, start: Box, end: Box, height: int) -> Line:
    """To an earlier step: along the start's own lane where nothing stands in the way, else below everything."""
    turn = end.x - PITCH // 2
    into = ((turn, end.y + 14), (end.left, end.y + 14))
    if road.start == "approval":
        y = start.y + 16
        return Line(road, ((start.left, y), (turn, y), *into), (start.left - 30, y - 5), "end")
    below = height - BELOW // 2
    points = ((start.x, start.bottom), (start.x, below), (turn, below), *into)
    return Line(road, points, (start.x - 8, below - 5), "end")
