"""A policy's plain data drawn as form fields, and read back from what was typed. Pure.

The name of a field is its place, the one that ``reading`` names when something is wrong there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .reading import Fault
from .rules import FacilityPolicy
from .shapes import SHAPES, Choices, Shape, blank

MOST_ROWS: Final = 40
_LONGEST: Final = 2_000
Typed = Mapping[str, list[str]]
People = Mapping[str, Choices]


@dataclass(frozen=True)
class Choice:
    """One box to tick, or one line of a list."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True)
class Cell:
    """One field as the page draws it; a record or a row holds more of them."""

    place: str
    kind: str
    label: str
    hint: str = ""
    value: str = ""
    choices: tuple[Choice, ...] = ()
    cells: tuple["Cell", ...] = ()
    rows: tuple["Row", ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a list inside a form."""

    place: str
    number: int
    cells: tuple[Cell, ...] = field(default=())


def draw(kind: type, plain: Any, place: str, faults: Iterable[Fault], people: People) -> tuple[Cell, ...]:
    """The fields of a record at a place, with what is wrong at each."""
    wrong = {fault.place: fault.sentence for fault in reversed(list(faults))}
    return tuple(_cell(kind, shape, plain, place, wrong, people) for shape in SHAPES[kind])


def draw_one(shape: Shape, plain: Any, faults: Iterable[Fault], people: People) -> Cell:
    """One setting of the policy itself."""
    wrong = {fault.place: fault.sentence for fault in reversed(list(faults))}
    return _cell(FacilityPolicy, shape, plain, "", wrong, people)


def _cell(kind: type, shape: Shape, plain: Any, above: str, wrong: Mapping[str, str], people: People) -> Cell:
    place = f"{above}.{shape.name}" if above else shape.name
    value = plain.get(shape.name) if isinstance(plain, dict) else None
    error = f"{shape.label} {wrong[place]}." if place in wrong else ""
    if shape.kind == "record":
        cells = tuple(_cell(shape.of or kind, each, value, place, wrong, people) for each in SHAPES[shape.of or kind])
        return Cell(place, shape.kind, shape.label, shape.hint, cells=cells, error=error)
    if shape.kind == "rows":
        return Cell(
            place, shape.kind, shape.label, shape.hint, rows=tuple(_rows(shape, value, place, wrong, people)), error=error
        )
    offered = people.get(shape.people, ()) if shape.people else shape.choices
    text = ", ".join(map(str, value)) if shape.kind == "codes" and isinstance(value, list) else _text(value)
    return Cell(place, shape.kind, shape.label, shape.hint, text, tuple(_choices(shape, value, offered)), error=error)


def _rows(shape: Shape, value: Any, place: str, wrong: Mapping[str, str], people: People) -> Iterator[Row]:
    of = shape.of or FacilityPolicy
    for number, each in enumerate(value if isinstance(value, list) else ()):
        at = f"{place}[{number}]"
        yield Row(at, number + 1, tuple(_cell(of, inner, each, at, wrong, people) for inner in SHAPES[of]))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None or isinstance(value, list | dict) else str(value)


def _choices(shape: Shape, value: Any, offered: Choices) -> Iterator[Choice]:
    """What can be chosen; one that is chosen and no longer offered stays, so that nothing changes unseen."""
    chosen = [str(each) for each in value] if isinstance(value, list) else [_text(value)]
    known = [code for code, _ in offered]
    if shape.kind == "choice" and chosen == [""]:
        yield Choice("", "Choose …", True)
    yield from (Choice(code, says, code in chosen) for code, says in offered)
    if shape.kind in {"choice", "choices"}:
        yield from (Choice(code, f"{code} (no longer offered)", True) for code in chosen if code and code not in known)


def read(kind: type, typed: Typed, place: str, before: Any = None) -> dict[str, Any]:
    """The plain data of a record from the fields of a form; what does not fit its kind stays as it was typed.

    ``before`` is what stood there: boxes have no order of their own, so what was ticked already keeps its order.
    """
    there = before if isinstance(before, dict) else {}
    return {
        shape.name: read_one(shape, typed, f"{place}.{shape.name}" if place else shape.name, there.get(shape.name))
        for shape in SHAPES[kind]
    }


def read_one(shape: Shape, typed: Typed, place: str, before: Any = None) -> Any:
    """One setting of it."""
    of, there = shape.of or FacilityPolicy, before if isinstance(before, list) else []
    if shape.kind == "record":
        return read(of, typed, place, before)
    if shape.kind == "rows":
        rows = [*there, *([None] * MOST_ROWS)]
        return [read(of, typed, f"{place}[{number}]", rows[number]) for number in range(_count(typed, place))]
    if shape.kind == "choices":
        given = [_clean(each) for each in typed.get(place, ())]
        order = list(dict.fromkeys([*there, *(code for code, _ in shape.choices), *given]))
        return [code for code in order if code in given]
    text = _clean(next(iter(typed.get(place, ())), ""))
    if shape.kind == "codes":
        codes = re.split(r"[\s,;]+", text.upper() if shape.capitals else text)
        return list(dict.fromkeys(code for code in codes if code))
    if shape.kind == "yes":
        return bool(text)
    return int(text) if shape.kind == "number" and text.isascii() and text.isdigit() and len(text) < 9 else text


def _clean(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").strip()[:_LONGEST]


def _count(typed: Typed, place: str) -> int:
    text = next(iter(typed.get(f"{place}:count", ())), "0")
    return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def fit(kind: type, plain: Any) -> dict[str, Any]:
    """Plain data with exactly the settings that this version knows: what is left out is blank, what is unknown goes."""
    given, empty = plain if isinstance(plain, dict) else {}, blank(kind)
    return {shape.name: _fit(shape, given, empty) for shape in SHAPES[kind]}


def _fit(shape: Shape, given: dict[str, Any], empty: dict[str, Any]) -> Any:
    value = given.get(shape.name, [] if shape.kind == "rows" else empty[shape.name])
    if shape.kind == "record":
        return fit(shape.of or FacilityPolicy, value)
    if shape.kind == "rows":
        return [fit(shape.of or FacilityPolicy, each) for each in value] if isinstance(value, list) else []
    if shape.kind in {"choices", "codes"}:
        return [str(each) for each in value] if isinstance(value, list) else []
    return value


def act(plain: dict[str, Any], do: str, place: str) -> dict[str, Any]:
    """Add, drop, or move a row at a place of plain data; whatever does not fit changes nothing."""
    found = re.fullmatch(r"(.*?)(?:\[(\d{1,3})\])?", place)
    rows, shape = _list_at(plain, found.group(1) if found else "")
    if rows is None or shape is None or found is None:
        return plain
    if do == "add" and len(rows) < MOST_ROWS:
        rows.append(blank(shape.of or FacilityPolicy))
    at = int(found.group(2)) if found.group(2) else -1
    if not 0 <= at < len(rows):
        return plain
    if do == "drop":
        del rows[at]
    to = at + {"up": -1, "down": 1}.get(do, 0)
    if do in {"up", "down"} and 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return plain


def _list_at(plain: Any, place: str) -> tuple[list[Any] | None, Shape | None]:
    """The list at a place such as ``required_documents[2].any_of``."""
    kind: type = FacilityPolicy
    shape: Shape | None = None
    for part in place.split("."):
        name, _, number = part.rstrip("]").partition("[")
        shape = next((each for each in SHAPES[kind] if each.name == name), None)
        if shape is None or shape.of is None or not isinstance(plain, dict):
            return None, None
        plain, kind = plain.get(name), shape.of
        if number:
            plain = plain[int(number)] if isinstance(plain, list) and number.isdigit() and int(number) < len(plain) else None
    return (plain, shape) if isinstance(plain, list) else (None, None)
