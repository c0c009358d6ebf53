"""pyx12's judgement of a transaction set, as sentences without the values (they may be health information).

pyx12's own entry point loads the guide's map anew for each file (0.16 s) and collects errors in a tree; here its reader,
walker and segment rules are driven directly over maps that are loaded once.
"""

import io
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pyx12.errors
import pyx12.map_if
import pyx12.map_index
import pyx12.params
import pyx12.x12file
from pyx12.map_walker import walk_tree

logging.getLogger("pyx12").setLevel(logging.CRITICAL)  # it logs values of the file

_CONTROL: Final = "x12.control.00501.xml"
_LOOP_STARTS: Final = {"ISA": ("/ISA_LOOP", "/ISA_LOOP/ISA"), "GS": ("/ISA_LOOP/GS_LOOP", "/ISA_LOOP/GS_LOOP/GS")}
#: Data element errors (X12 element 723), in our words.
_WORDS: Final = {
    "1": "is missing",
    "2": "is missing although another element asks for it",
    "3": "has more elements than allowed",
    "4": "is too short",
    "5": "is too long",
    "6": "has a character that is not allowed",
    "7": "has a value that the guide does not list",
    "8": "is not a date",
    "9": "is not a time",
    "10": "is there although another element excludes it",
}
_SEGMENT_WORDS: Final = {
    "1": "is not a known segment or not allowed here",
    "2": "was not expected here",
    "3": "is missing",
    "4": "occurs too often",
    "5": "occurs more often than its loop allows",
    "6": "is not in the guide",
    "7": "is out of order",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the guide forbids: the segment, its place in the file (1 is ISA), and a sentence."""

    segment: str
    position: int
    sentence: str


def validate(text: str) -> list[Fault]:
    """Every fault that pyx12's map of the guide finds in one interchange; an empty list means accepted.

    Unreadable text is one fault. Never raises for what is in the file.
    """
    try:
        return list(_faults(pyx12.x12file.X12Reader(io.StringIO(text))))
    except (pyx12.errors.X12Error, pyx12.errors.EngineError, IndexError):
        return [Fault("ISA", 1, "The text is not a readable X12 interchange of a guide that is known here.")]


def _faults(reader: Any) -> Iterator[Fault]:
    walker, node, version = walk_tree(), _map(_CONTROL).getnodebypath("/ISA_LOOP/ISA"), ""
    for place, segment in enumerate(reader, start=1):
        name = segment.get_seg_id()
        version = segment.get_value("ISA12") if name == "ISA" else version
        found, errors = _step(walker, node, segment, reader, version)
        yield from _worded(name, place, [*errors, *reader.pop_errors()])
        if found is None:
            continue
        node = found
        yield from _elements(name, place, node.is_valid_errors(segment)[1])
    reader.cleanup()
    yield from _worded("ISA", 1, reader.pop_errors())


def _step(walker: Any, node: Any, segment: Any, reader: Any, version: str) -> tuple[Any, Iterable[Any]]:
    """The map node of this segment, and what the walker found missing or misplaced on the way."""
    name = segment.get_seg_id()
    if name not in _LOOP_STARTS:
        found, _, _, errors = walker.walk_errors(node, segment, reader.get_seg_count(), reader.get_cur_line(), reader.get_ls_id())
        return found, errors
    loop, path = _LOOP_STARTS[name]
    walker.forceWalkCounterToLoopStart(loop, path)
    guide = _map(_CONTROL) if name == "ISA" else _guide(version, segment.get_value("GS08"), segment.get_value("GS01"))
    reader.check_837_lx = guide.id == "837"
    return guide.getnodebypath(path), ()


@cache
def _map(name: str) -> Any:
    """One of pyx12's maps. They are read only while a file is judged: counts live in the walker."""
    return pyx12.map_if.load_map_file(name, pyx12.params.params())


@cache
def _index() -> Any:
    return pyx12.map_index.map_index()


def _guide(version: str, guide: str, function: str) -> Any:
    name = _index().get_filename(version, guide, function)
    if name is None:
        raise pyx12.errors.EngineError("no map")
    return _map(name)


def _elements(name: str, place: int, errors: Iterable[Any]) -> Iterator[Fault]:
    for error in errors:
        title = error.map_node.name if error.map_node is not None else "An element"
        yield Fault(name, place, f"{title} {_WORDS.get(error.err_cde, 'is not as the guide wants it')}.")


def _worded(name: str, place: int, errors: Iterable[Any]) -> Iterator[Fault]:
    """Walker errors carry a map node; the reader's are tuples of counts and control numbers."""
    for error in errors:
        node = getattr(error, "map_node", None)
        if node is None:
            yield Fault(name, place, "Counts, control numbers or order of the segments are not right.")
        else:
            yield Fault(name, place, f"{node.name} ({node.id}) {_SEGMENT_WORDS.get(error.err_cde, 'is not right')}.")
