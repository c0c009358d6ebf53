"""One HL7 v2 message: bytes to a frozen message whose fields are asked for by number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import hl7

from . import escapes, framing, limits, times
from .escapes import Separators
from .problem import HL7Problem

_VERSION = re.compile(r"2\.[1-9](\.\d)?")
DELETE = '""'


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. Fields, components and subcomponents count from 1 as in the standard; absent ones are empty."""

    name: str
    parsed: hl7.Segment = field(repr=False)
    separators: Separators = field(repr=False)
    encoding: str = field(repr=False)

    def value(self, number: int, component: int = 1, subcomponent: int = 1, repetition: int = 1) -> str:
        """One value with escapes decoded; ``""`` (two quotes) where the sender deletes it."""
        if number >= len(self.parsed):
            return ""
        leaf = _leaf(self.parsed[number], (repetition - 1, component - 1, subcomponent - 1))
        return self._decoded(leaf.strip(), number)

    def told(self, number: int, component: int = 1, repetition: int = 1) -> str | None:
        """One value for a record that is updated: None is no change, an empty text is deleted."""
        value = self.value(number, component, repetition=repetition)
        if value == DELETE or (component > 1 and self.value(number, repetition=repetition) == DELETE):
            return ""
        return value or None

    def moment(self, number: int, component: int = 1) -> times.Moment | None:
        """A time; refuses what is none."""
        return times.parse(self.value(number, component), self.name, number)

    def repetitions(self, number: int) -> range:
        """Numbers of the repetitions of a field, for ``value``."""
        count = len(self.parsed[number]) if number < len(self.parsed) and str(self.parsed[number]) else 0
        return range(1, count + 1)

    def lines(self, number: int) -> str:
        """A text field whole: repetitions are lines; separators that the sender forgot to escape stay as written."""
        if number >= len(self.parsed):
            return ""
        raw = str(self.parsed[number])
        return "\n".join(self._decoded(part, number) for part in raw.split(self.separators.repetition))

    def _decoded(self, text: str, number: int) -> str:
        try:
            return escapes.decode(text, self.separators, self.encoding)
        except HL7Problem as problem:
            raise HL7Problem(problem.code, problem.sentence, self.name, number) from None


@dataclass(frozen=True, slots=True)
class Message:
    """A message that passed the limits and has a usable header."""

    sending_application: str
    facility_codes: tuple[str, ...]
    sent_at: times.Moment | None
    type: str
    trigger: str
    control_id: str
    processing: str
    version: str
    segments: tuple[Segment, ...] = field(repr=False)

    def first(self, name: str) -> Segment | None:
        """The first segment of that name."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Segment]:
        """Segments of that name, in order."""
        return (segment for segment in self.segments if segment.name == name)

    def required(self, name: str) -> Segment:
        """The first segment of that name; refuses a message without it."""
        found = self.first(name)
        if found is None:
            raise HL7Problem("hl7.segment_missing", f"The message has no {name} segment.", name)
        return found


def read_message(raw: bytes) -> Message:
    """One message. Refuses with an ``HL7Problem`` what is too large, damaged, or not HL7 version 2."""
    messages = framing.split_file(raw)
    if len(messages) > 1:
        raise HL7Problem("hl7.several", "There are several messages where one was expected.")
    framing.check_lines(messages[0])
    text = framing.decode(messages[0])
    separators = _separators(text)
    _check_size(text, separators)
    encoding = framing.encoding_of(text)
    parsed = hl7.parse(text)
    segments = tuple(Segment(str(segment[0]), segment, separators, encoding) for segment in parsed)
    return _message(segments)


def control_id_of(raw: bytes) -> str:
    """MSH-10 as well as it can be seen in a message that may be damaged, to list it by; at most 199 characters."""
    header = raw.lstrip(b"\xef\xbb\xbf\x0b\r\n ").split(b"\r", 1)[0].split(b"\n", 1)[0]
    parts = header.split(header[3:4]) if header.startswith(b"MSH") and len(header) > 8 else []
    return parts[9].decode("ascii", "replace")[:199].replace("\x00", "") if len(parts) > 9 else ""


def _separators(text: str) -> Separators:
    first = text.split("\r", 1)[0]
    if not first.startswith("MSH") or len(first) < 9:
        raise HL7Problem("hl7.header", "The message header is missing or cut off.", "MSH")
    field_mark, rest = first[3], first[4:]
    marks = rest.split(field_mark, 1)[0]
    if len(marks) not in {4, 5}:
        raise HL7Problem("hl7.separators", "MSH-2 must hold four separators (five from version 2.7).", "MSH", 2)
    every = field_mark + marks
    if len(set(every)) != len(every) or any(mark.isalnum() or mark.isspace() or not mark.isprintable() for mark in every):
        raise HL7Problem("hl7.separators", "Separators must differ, and be neither letters, digits nor blanks.", "MSH", 2)
    return Separators(field_mark, *marks[:4])


def _check_size(text: str, separators: Separators) -> None:
    marks = (separators.field, separators.component, separators.repetition, separators.subcomponent)
    if sum(text.count(mark) for mark in marks) > limits.MESSAGE_PARTS:
        raise HL7Problem("hl7.too_many_parts", "The message holds more than 300,000 fields and components.")
    for line in text.split("\r"):
        if len(line) > limits.REPETITIONS:
            _check_fields(line, separators)


def _check_fields(line: str, separators: Separators) -> None:
    for number, part in enumerate(line.split(separators.field)):
        if len(part) > limits.FIELD_CHARACTERS:
            raise HL7Problem("hl7.field_too_long", "The field is longer than 32 KB.", line[:3], number)
        if part.count(separators.repetition) >= limits.REPETITIONS:
            raise HL7Problem("hl7.too_many_repetitions", "The field repeats more than 1,000 times.", line[:3], number)


def _message(segments: tuple[Segment, ...]) -> Message:
    header = segments[0]
    kind, trigger = header.value(9, 1).upper(), header.value(9, 2).upper()
    for number, present in ((9, kind and trigger), (10, header.value(10)), (12, header.value(12))):
        if not present:
            raise HL7Problem("hl7.header_field_missing", f"MSH-{number} is empty.", "MSH", number)
    if not _VERSION.fullmatch(header.value(12)):
        raise HL7Problem("hl7.version", "MSH-12 is not a version of HL7 version 2 (2.1 to 2.9).", "MSH", 12)
    if len(header.value(10)) > 199:
        raise HL7Problem("hl7.too_long", "MSH-10 is longer than 199 characters.", "MSH", 10)
    codes = tuple(code for code in (header.value(4, 1), header.value(4, 2)) if code)
    return Message(
        header.value(3)[:40], codes, header.moment(7), kind, trigger, header.value(10),
        header.value(11)[:1], header.value(12), segments,
    )  # fmt: skip


def _leaf(node: object, path: tuple[int, ...]) -> str:
    """The text at a path; the parser leaves out levels that hold a single text."""
    for depth, index in enumerate(path):
        if isinstance(node, str):
            return "" if any(path[depth:]) else node
        if not isinstance(node, list) or index >= len(node):
            return ""
        node = node[index]
    return node if isinstance(node, str) else str(node)
