"""From the bytes of a file to its rows, each kept with its header so that it can be read alone."""

import csv
import hashlib
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coding_workflow.codesets.loaders.csv_files import rows_of
from coding_workflow.codesets.loaders.table import Malformed
from coding_workflow.registration.problem import Unreadable

from . import columns

FILE_BYTES: Final = 20 * 1024 * 1024
ROWS: Final = 200_000
COLUMNS: Final = 200
ROW_BYTES: Final = 64 * 1024
_DELIMITERS: Final = (",", ";", "\t", "|")
_NAMED: Final = " or ".join((", ".join([*columns.KINDS][:-1]), [*columns.KINDS][-1]))
_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Row:
    """One row by its columns, without the empty ones."""

    kind: str
    values: dict[str, str]

    @property
    def key(self) -> str:
        """What tells it apart from other rows."""
        names = ("facility", "account", *columns.KEYS[self.kind])
        parts = [self.kind, *(self.values.get(name, "") for name in names if name)]
        return ":".join(parts)[:199]

    @property
    def sha256(self) -> str:
        """Of what it says: the order of columns and those left empty make no difference."""
        return hashlib.sha256(json.dumps([self.kind, sorted(self.values.items())]).encode()).hexdigest()


def split(raw: bytes) -> tuple[tuple[int, bytes], ...]:
    """The rows of a file with the lines they begin on, each with the header before it.

    Refuses a file that is no UTF-8, has no known header, holds a quote that is not closed, or passes the limits: then
    nothing of it is taken. A row that is wrong in itself is refused when it is read.
    """
    text = _text(raw)
    lines = io.StringIO(text, newline="").readlines()
    delimiter, kind = _shape(lines[0] if lines else "")
    found: list[tuple[int, list[str]]] = []
    for begins, values in _rows(text, delimiter):
        if any(value.strip() for value in values):
            found.append((begins, values))
        if len(found) > ROWS:
            raise Unreadable("csv.too_many_rows", f"The file holds more than {ROWS:,} rows.")
    if len(found) < 2:
        raise Unreadable("csv.empty", "The file holds no row below its header.")
    _refuse_swallowed(kind, found)
    starts = [begins for begins, _ in found] + [len(lines) + 1]
    pieces = ("".join(lines[begin - 1 : end - 1]).rstrip("\r\n") for begin, end in itertools.pairwise(starts))
    header, *rows = (piece.encode() for piece in pieces)
    return tuple((begins, header + b"\n" + row) for (begins, _), row in zip(found[1:], rows, strict=True))


def read(raw: bytes) -> Row:
    """One row with its header. Refuses what ``split`` refuses, and a row that is too long, shifted, or leaves out what every
    row needs; the place is the column."""
    text = _text(raw)
    delimiter, kind = _shape(text.split("\n", 1)[0].rstrip("\r"))
    found = [each for each in _rows(text, delimiter) if any(value.strip() for value in each[1])]
    if len(found) < 2:
        raise Unreadable("csv.empty", "The file holds no row below its header.")
    _refuse_swallowed(kind, found)
    if len(found) > 2:
        raise Unreadable("csv.one_row", "Exactly one row stands below the header.")
    if len(raw) > 2 * ROW_BYTES:
        raise Unreadable("csv.row_too_long", "The row is longer than 64 KB.")
    header, values = [name.strip() for name in found[0][1]], found[1][1]
    if len(values) != len(header):
        raise Unreadable("csv.shifted", f"The row has {len(values)} values and the header {len(header)}.")
    filled = {name: value.strip() for name, value in zip(header, values, strict=True) if value.strip()}
    for name in columns.required(kind):
        if name not in filled:
            raise Unreadable("csv.missing", "The column is empty, and every row needs it.", name)
    for name, value in filled.items():
        if name != columns.TEXT and not value.isprintable():
            raise Unreadable("csv.letters", "The value holds a line end or another control character.", name)
    return Row(kind, filled)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from rows_of("file", text, delimiter)
    except Malformed as problem:
        why = (
            "a quote is not closed, or stands inside a value" if "field limit" not in problem.sentence else "a value is too long"
        )
        raise Unreadable("csv.quotes", f"In the row that begins on line {problem.line} {why}.") from None


def _text(raw: bytes) -> str:
    if len(raw) > FILE_BYTES:
        raise Unreadable("csv.too_large", "The file is larger than 20 MB.")
    if raw.startswith(_WIDE) or b"\x00" in raw:
        raise Unreadable("csv.encoding", "The file holds NUL bytes or is UTF-16. Save it as «CSV UTF-8».")
    try:
        return raw.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        sentence = f"Line {line} is not UTF-8; it was probably saved as Windows-1252. Save it as «CSV UTF-8»."
        raise Unreadable("csv.encoding", sentence) from None


def _shape(first: str) -> tuple[str, str]:
    """Delimiter and kind of a header line. Refuses a header that is none, repeats a column, or has too many."""
    if len(first) > ROW_BYTES:
        raise Unreadable("csv.header", "The first line is too long for a header.")
    for delimiter in _DELIMITERS:
        header = [name.strip() for name in next(csv.reader([first.rstrip("\r\n")], delimiter=delimiter), [])]
        if len(header) > COLUMNS:
            raise Unreadable("csv.header", f"The header has more than {COLUMNS} columns.")
        if kind := columns.kind_of(header):
            if len(set(header)) != len(header):
                raise Unreadable("csv.header", "A column stands twice in the header.")
            return delimiter, kind
    raise Unreadable("csv.header", _nearest([name.strip() for name in first.strip().split(",")]))


def _nearest(header: list[str]) -> str:
    """What is wrong with a header, by the kind that it is nearest to; its own words are not repeated."""
    given = frozenset(header)
    kind = max(columns.KINDS, key=lambda each: len(given & columns.names(each)))
    if len(given & columns.names(kind)) < 2:
        return f"The first line is not a header of {_NAMED}."
    unknown = [str(number) for number, name in enumerate(header, start=1) if name not in columns.names(kind)]
    lacking = [name for name in columns.required(kind) if name not in given]
    said = [f"column {', '.join(unknown[:5])} is unknown"] if unknown else []
    said += [f"{', '.join(lacking)} is missing"] if lacking else []
    return f"The header is nearest to that of {kind}: {'; '.join(said)}."


def _refuse_swallowed(kind: str, found: list[tuple[int, list[str]]]) -> None:
    """A line end in another column than the text means that a quote swallowed rows."""
    header = [name.strip() for name in found[0][1]]
    for begins, values in found[1:]:
        for name, value in zip(header, values, strict=False):
            if name != columns.TEXT and "\n" in value:
                raise Unreadable("csv.quotes", f"In the row that begins on line {begins} a quote holds several lines.", name)


def template(kind: str) -> str:
    """A file of a kind with one example row."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([column.name for column in columns.KINDS[kind]])
    writer.writerow([column.example for column in columns.KINDS[kind]])
    return written.getvalue()


def digest(raw: bytes) -> str:
    """SHA-256 of what could not be read as a row."""
    return hashlib.sha256(raw).hexdigest()
