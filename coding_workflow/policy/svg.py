"""A chart as SVG: no script, no style of its own, every text escaped by the writer of the tree. Pure.

Colours come from the page's style sheet by class, so that light, dark and paper are its business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from .chart import HEIGHT, LANE, WIDTH, Box, Chart, Line

_PER_LINE: Final = 14
_PER_BOX: Final = 18


@dataclass(frozen=True)
class Figure:
    """What waits in a step now: accounts, days of the oldest, how many are past the target; and the list behind it.

    ``said`` is written instead, where the picture shows something else.
    """

    open: int
    oldest_days: int | None = None
    late: int = 0
    url: str = ""
    said: str = ""

    @property
    def words(self) -> str:
        """``12 accounts, oldest 9 days, 3 past the target``."""
        if self.said:
            return self.said
        said = [f"{self.open:,} account" + ("" if self.open == 1 else "s")]
        if self.open and self.oldest_days is not None:
            said.append(f"oldest {self.oldest_days:,} day" + ("" if self.oldest_days == 1 else "s"))
        if self.late:
            said.append(f"{self.late:,} past the target")
        return ", ".join(said)


def draw(chart: Chart, figures: Mapping[str, Figure], *, title: str, description: str) -> str:
    """The picture as SVG text. Steps without a figure show none; steps with an address are links."""
    root = Element(
        "svg",
        {
            "class": "flow-chart",
            "viewBox": f"0 0 {chart.width} {chart.height}",
            "role": "group",
            "aria-labelledby": "flow-title flow-description",
        },
    )
    SubElement(root, "title", {"id": "flow-title"}).text = title
    SubElement(root, "desc", {"id": "flow-description"}).text = description
    _heads(root)
    for number, (name, top) in enumerate(chart.lanes):
        _lane(root, name, top, chart.width, odd=bool(number % 2))
    for line in chart.lines:
        _road(root, line)
    for box in chart.boxes:
        _step(root, box, figures.get(box.step.code))
    return tostring(root, encoding="unicode")


def _heads(root: Element) -> None:
    """The arrow head; it turns round by itself where it starts a line."""
    marker = SubElement(
        SubElement(root, "defs"),
        "marker",
        {
            "id": "flow-head",
            "viewBox": "0 0 8 8",
            "refX": "7",
            "refY": "4",
            "markerWidth": "7",
            "markerHeight": "7",
            "orient": "auto-start-reverse",
        },
    )
    SubElement(marker, "path", {"class": "head", "d": "M0 0 L8 4 L0 8 z"})


def _lane(root: Element, name: str, top: int, width: int, *, odd: bool) -> None:
    kind = "lane odd" if odd else "lane"
    SubElement(root, "rect", {"class": kind, "x": "0", "y": str(top), "width": str(width), "height": str(LANE)})
    SubElement(root, "text", {"class": "lane-name", "x": "10", "y": str(top + LANE // 2 + 4)}).text = name


def _road(root: Element, line: Line) -> None:
    points = " ".join(f"{x},{y}" for x, y in line.points)
    given = {"class": "road", "points": points, "marker-end": "url(#flow-head)"}
    if line.road.back:
        given["marker-start"] = "url(#flow-head)"
    SubElement(root, "polyline", given)
    if line.road.words:
        x, y = line.at
        SubElement(
            root, "text", {"class": "road-words", "x": str(x), "y": str(y), "text-anchor": line.anchor}
        ).text = line.road.words


def _step(root: Element, box: Box, figure: Figure | None) -> None:
    inside = root
    says = f"{box.step.name}: {figure.words}" if figure else box.step.name
    if figure and figure.url:
        inside = SubElement(root, "a", {"href": figure.url, "class": "step-link", "aria-label": f"{says}. Open the list."})
    group = SubElement(inside, "g", {"class": _classes(box, figure)})
    SubElement(group, "title").text = f"{says}. {box.step.does}"
    _shape(group, box)
    lines = _wrapped(box.step.name)
    top = box.y - (6 * len(lines) if figure is None else 7 * len(lines) + 4)
    for number, words in enumerate(lines):
        _words(group, "step-name", box.x, top + 14 * number + 9, words)
    if figure is not None:
        _numbers(group, box, figure)


def _classes(box: Box, figure: Figure | None) -> str:
    kind = f"step {box.step.kind}" + (" auto" if box.step.automation.startswith("automatic") else "")
    return f"{kind} late" if figure and figure.late else kind


def _numbers(group: Element, box: Box, figure: Figure) -> None:
    if figure.said:
        _words(group, "step-count", box.x, box.y + HEIGHT // 2 - 9, figure.said)
        return
    age = f" · {figure.oldest_days:,} d" if figure.open and figure.oldest_days is not None else ""
    late = f" · {figure.late:,} late" if figure.late else ""
    said = f"{figure.open:,}{age}{late}"
    # What has no room is in the words of the box, and in the table.
    said = said if len(said) <= _PER_BOX else f"{figure.open:,}{late or age}"
    _words(group, "step-count" if figure.open else "step-count none", box.x, box.y + HEIGHT // 2 - 9, said)


def _words(group: Element, kind: str, x: int, y: int, words: str) -> None:
    SubElement(group, "text", {"class": kind, "x": str(x), "y": str(y), "text-anchor": "middle"}).text = words


def _shape(group: Element, box: Box) -> None:
    if box.step.kind == "decision":
        points = ((box.x, box.top), (box.right, box.y), (box.x, box.bottom), (box.left, box.y))
        SubElement(group, "polygon", {"points": " ".join(f"{x},{y}" for x, y in points)})
        return
    corner = HEIGHT // 2 if box.step.kind == "end" else 6
    place = {"x": str(box.left), "y": str(box.top), "width": str(WIDTH), "height": str(HEIGHT), "rx": str(corner)}
    SubElement(group, "rect", place)


def _wrapped(name: str) -> list[str]:
    """A name on as few lines as fit a box, broken between words."""
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) > _PER_LINE and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
