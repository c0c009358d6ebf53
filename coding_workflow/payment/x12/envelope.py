"""Reading an X12 interchange: bytes to segments, and the envelope that must be whole before anything is believed.

Own reader: pyx12's stops without a word at an empty segment and at a segment over 8,000 characters, so a cut file could
look complete. Segments are produced one at a time; nothing but the text is held in memory.
"""

import re
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final

MOST_BYTES: Final = 60_000_000
_LONGEST_SEGMENT: Final = 20_000
_ISA_LENGTH: Final = 106
_ISA_GAPS: Final = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_CONTROL: Final = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")


class Unreadable(Exception):
    """The file is refused whole. ``sentence`` says why, with the place, and quotes nothing from the file."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its elements (0 is the name), its place in the file from 1, and the component separator."""

    elements: tuple[str, ...]
    place: int
    component: str

    @property
    def name(self) -> str:
        """ST, CLP, CAS ..."""
        return self.elements[0]

    def get(self, position: int) -> str:
        """Element by its number in the guide; empty when absent."""
        return self.elements[position] if position < len(self.elements) else ""

    def parts(self, position: int) -> list[str]:
        """The components of an element."""
        return self.get(position).split(self.component)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction set between ST and SE, with what its envelope says. The segments can be read once, in order."""

    segments: Iterator[Segment]
    test: bool
    interchange: str


def decode(raw: bytes) -> str:
    """The file as text. Refuses what is too large, not UTF-8, or holds control characters, naming the offset."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"The file is not plain text: byte {error.start} cannot be read.") from None
    bad = _CONTROL.search(text)
    if bad:
        raise Unreadable(f"The file has a control character at offset {bad.start()}.")
    return text


def transactions(text: str, *, kind: str, guide: str) -> Iterator[Transaction]:
    """The transaction sets of one or more interchanges, each after its SE; the caller must read to the end before acting.

    Raises Unreadable at the first count, control number or order that is wrong, and when the text ends before IEA.
    """
    at, last = 0, len(text.rstrip("\r\n "))
    if not last:
        raise Unreadable("The file is empty.")
    while at < last:
        at = yield from _interchange(_segments(text, at), kind=kind, guide=guide)


def _segments(text: str, start: int) -> Iterator[tuple[Segment, int]]:
    """Segments of the interchange that begins at ``start``, each with the offset after it."""
    start += len(text[start : start + 200]) - len(text[start : start + 200].lstrip("\r\n "))
    element, component, terminator = _separators(text[start : start + _ISA_LENGTH], start)
    at, place = start, 0
    while at < len(text):
        end = text.find(terminator, at, at + _LONGEST_SEGMENT)
        if end < 0:
            raise Unreadable(f"The file ends, or runs on too long, inside the segment at offset {at}.")
        body = text[at:end].strip("\r\n")
        at, place = end + len(terminator), place + 1
        elements = tuple(body.split(element))
        if re.fullmatch(r"[A-Z][A-Z0-9]{1,2}", elements[0], re.ASCII) is None:
            raise Unreadable(f"Segment {place} has no valid name.")
        yield Segment(elements, place, component), at


def _separators(isa: str, start: int) -> tuple[str, str, str]:
    if len(isa) < _ISA_LENGTH or not isa.startswith("ISA"):
        raise Unreadable(f"There is no whole ISA segment at offset {start}.")
    element, component, terminator, repetition = isa[3], isa[104], isa[105], isa[82]
    marks = [element, component, terminator] + ([repetition] if repetition != "U" else [])  # U: 4010's filler, still seen
    if any(isa[gap] != element for gap in _ISA_GAPS) or isa.count(element) != len(_ISA_GAPS):
        raise Unreadable("The ISA segment does not have its fixed widths.")
    if len(set(marks)) != len(marks) or any(mark.isalnum() or mark == " " for mark in marks):
        raise Unreadable("The ISA segment names separators that cannot be told apart.")
    if isa[84:89] != "00501":
        raise Unreadable("The interchange is not of version 00501.")
    return element, component, terminator


def _interchange(segments: Iterator[tuple[Segment, int]], *, kind: str, guide: str) -> Generator[Transaction, None, int]:
    """The sets of one interchange; returns the offset after its IEA."""
    isa, _ = next(segments)
    for groups, (segment, end) in enumerate(segments):
        if segment.name == "IEA":
            _same(segment, isa.get(13), groups, "IEA")
            return end
        if segment.name != "GS":
            raise Unreadable(f"Segment {segment.place} ({segment.name}) stands outside a functional group.")
        yield from _group(segment, segments, kind=kind, guide=guide, isa=isa)
    raise Unreadable("The interchange has no IEA: the file is cut.")


def _group(gs: Segment, segments: Iterator[tuple[Segment, int]], *, kind: str, guide: str, isa: Segment) -> Iterator[Transaction]:
    if not gs.get(8).startswith(guide):
        raise Unreadable(f"The functional group is not {kind} of guide {guide}; it belongs to another reader.")
    for sets, (segment, _) in enumerate(segments):
        if segment.name == "GE":
            _same(segment, gs.get(6), sets, "GE")
            return
        if segment.name != "ST" or segment.get(1) != kind:
            raise Unreadable(f"Segment {segment.place} does not begin a transaction set {kind}.")
        inside = _set(segment, segments)
        yield Transaction(inside, isa.get(15) == "T", isa.get(13))
        deque(inside, maxlen=0)  # to SE, whatever the reader left
    raise Unreadable("The functional group has no GE: the file is cut.")


def _set(st: Segment, segments: Iterator[tuple[Segment, int]]) -> Iterator[Segment]:
    count = 1
    for segment, _ in segments:
        count += 1
        if segment.name == "SE":
            _same(segment, st.get(2), count, "SE")
            return
        if segment.name in {"ISA", "GS", "GE", "IEA", "ST"}:
            break
        yield segment
    raise Unreadable("A transaction set has no SE: the file is cut.")


def _same(trailer: Segment, control: str, count: int, name: str) -> None:
    """A trailer repeats the control number of its header and counts what lies between."""
    if trailer.get(2) != control:
        raise Unreadable(f"{name} does not repeat the control number of its header.")
    if trailer.get(1).lstrip("0") != str(count):
        raise Unreadable(f"{name} counts otherwise than the file: something is missing or was added.")
