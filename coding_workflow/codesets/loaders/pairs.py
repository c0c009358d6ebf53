"""NCCI procedure-to-procedure pairs, read as a stream: the quarterly files hold millions of them.

The publisher's files (tab- or comma-separated, often several for one set) have title lines, a header over several
lines that begins with ``Column 1`` and ``Column 2``, and columns for the mark "*=in existence prior to 1996", effective
date (20260401), deletion date (the last day in force, ``*`` for none), modifier indicator and rationale (CMS,
"How to Use the Medicare NCCI Tools"). A plain list with the header ``col1,col2,deleted,modifier,rationale`` is read too.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from .dates import compact_date, day_after, iso_date
from .files import Part, checksum_of
from .setting import refuse_other_setting
from .table import Malformed

if TYPE_CHECKING:
    from _csv import Reader

#: A line of title, header or data is never as long as this.
LONGEST_LINE: Final = 65_536
_TITLE_LINES: Final = 60
_NONE: Final = "\\N"
_NO_END: Final = datetime.date(9999, 12, 31)
_CODE: Final = re.compile(r"[0-9A-Z]{5}")
_INDICATORS: Final = {"0": "0", "1": "1", "9": "9"}
_WANTED: Final = "has no header with the columns Column 1, Column 2, Deletion Date and Modifier."
Row = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class PairTable:
    """A set of pairs whose rows are read each time they are asked for, and never held."""

    system: str
    parts: tuple[Part, ...]
    checksum: str
    source: str
    label: str = ""
    starts: datetime.date | None = None
    ends: datetime.date | None = None

    def rows(self) -> Iterator[Row]:
        """Part, line, and the pair as COPY text: both columns, effective, deleted, indicator. Refuses with ``Malformed``."""
        return chain.from_iterable(_Reader(self.system, number, part).rows() for number, part in enumerate(self.parts))


def read(parts: Sequence[Part], system: str) -> PairTable:
    """The set in these files, whatever their order. What is wrong in a line is refused when the rows are read."""
    ordered = tuple(sorted(parts, key=lambda part: part.name))
    return PairTable(system, ordered, checksum_of(ordered), ", ".join(part.name for part in ordered))


class _Reader:
    """One file. Codes and dates are checked once each: a set repeats some thousands of them millions of times."""

    def __init__(self, system: str, number: int, part: Part) -> None:
        self._system, self._number, self._name, self._part = system, number, part.name, part
        self._codes: dict[str, str] = {}
        self._effective: dict[str, str] = {}
        self._deleted: dict[str, str] = {}
        self._reader: Reader = csv.reader(())

    def rows(self) -> Iterator[Row]:
        with self._part.stream() as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
            self._reader = self._columned(text)
            try:
                header, first = self._header()
                refuse_other_setting(self._system, self._name)
                yield from self._pairs(_Columns.of(self._name, header), first)
            except csv.Error as err:
                raise self._wrong(f"cannot be read as columns ({err}).") from err

    @staticmethod
    def _columned(text: io.TextIOWrapper) -> "Reader":
        """The rows of a text whose separator shows in its first lines."""
        begun = [text.readline(LONGEST_LINE) for _ in range(3)]
        lines = chain(begun, iter(partial(text.readline, LONGEST_LINE), ""))
        return csv.reader(lines, delimiter="\t" if any("\t" in line for line in begun) else ",", strict=True)

    def _header(self) -> tuple[list[list[str]], list[str]]:
        """The lines from the one that names the first two columns to the first pair, and that pair."""
        header: list[list[str]] = []
        for row in self._reader:
            if header and _CODE.fullmatch(row[0].strip() if row else ""):
                return header, row
            if header or _plain(row[:1]) in {"column1", "col1"}:
                header.append(row)
            if self._reader.line_num > _TITLE_LINES:
                break
        if header:
            raise self._wrong("begins no list of pairs: no line after the header has a code in its first column.")
        raise Malformed(self._name, 1, _WANTED)

    def _pairs(self, columns: "_Columns", first: list[str]) -> Iterator[Row]:
        codes, effective, deleted = self._codes, self._effective, self._deleted
        number, reader, width, starts = self._number, self._reader, columns.width, columns.effective
        for row in chain([first], reader):
            if len(row) < width:
                if any(row):
                    raise self._wrong(f"has {len(row)} values; {width} are wanted.")
                continue
            try:
                # The one place where speed matters: this runs for every pair of a load.
                ends, indicator = deleted[row[columns.deleted]], _INDICATORS[row[columns.indicator]]
                begins = effective[row[starts]] if starts is not None else _NONE
                yield number, reader.line_num, f"{codes[row[0]]}\t{codes[row[1]]}\t{begins}\t{ends}\t{indicator}\n"
            except KeyError:
                yield number, reader.line_num, self._learned(columns, row)

    def _learned(self, columns: "_Columns", row: list[str]) -> str:
        """The same for a row with something not met before."""
        for text in row[:2]:
            self._codes[text] = self._code(text)
        self._deleted[row[columns.deleted]] = self._day(row[columns.deleted], last=True)
        begins = _NONE
        if columns.effective is not None:
            begins = self._effective[row[columns.effective]] = self._day(row[columns.effective], last=False)
        indicator = row[columns.indicator].strip()
        if indicator not in _INDICATORS:
            raise self._wrong(f"“{indicator[:20]}” is no modifier indicator (0, 1 or 9).")
        return f"{self._codes[row[0]]}\t{self._codes[row[1]]}\t{begins}\t{self._deleted[row[columns.deleted]]}\t{indicator}\n"

    def _code(self, text: str) -> str:
        code = text.strip().upper()
        if not _CODE.fullmatch(code):
            raise self._wrong(f"“{text[:20]}” is not a code of five characters.")
        return code

    def _day(self, text: str, *, last: bool) -> str:
        plain = text.strip().removeprefix("*")
        try:
            day = iso_date(plain) if "-" in plain else compact_date(plain)
        except ValueError as err:
            raise self._wrong(f"“{text[:20]}” is not a date like 20260401.") from err
        if day is None or day == _NO_END:
            return _NONE
        return str(day_after(day) if last else day)

    def _wrong(self, what: str) -> Malformed:
        return Malformed(self._name, self._reader.line_num, what)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns are; the first two are the codes."""

    effective: int | None
    deleted: int
    indicator: int

    @property
    def width(self) -> int:
        return max(self.effective or 0, self.deleted, self.indicator) + 1

    @classmethod
    def of(cls, name: str, header: list[list[str]]) -> "_Columns":
        names = [_plain(row[at] for row in header if at < len(row)) for at in range(max(map(len, header)))]
        found = {word: next((at for at, each in enumerate(names) if word in each), None) for word in ("effect", "delet", "modif")}
        if found["delet"] is None or found["modif"] is None or not names[1].startswith(("column2", "col2")):
            raise Malformed(name, None, _WANTED)
        return cls(found["effect"], found["delet"], found["modif"])


def _plain(texts: "Iterator[str] | Sequence[str]") -> str:
    return re.sub(r"[^a-z0-9]", "", "".join(texts).lower())
