"""Medically unlikely edits: one value for each code.

The publisher's file is comma-separated with a notice above the header ``HCPCS/CPT Code, ... MUE Values, MUE Adjudication
Indicator, MUE Rationale``; the indicator is a digit with or without its words ("3 Date of Service Edit: Clinical"). A
plain list with the header ``code,mue,mai,rationale`` is read too.
"""

import csv
import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .setting import refuse_other_setting
from .table import Malformed, SourceFile, checksum, require_rows

_CODE: Final = re.compile(r"[0-9A-Z]{5}")
_UNITS: Final = re.compile(r"\d{1,9}")
#: Names of the columns: code, units, indicator, rationale.
_HEADER: Final = tuple(map(re.compile, (r"\bcode$", r"mue values?$|^mue$", r"adjudication|^mai$", r"rationale")))
_WANTED: Final = "has no header with the columns HCPCS/CPT Code, MUE Values, MUE Adjudication Indicator, MUE Rationale."


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One value as read."""

    code: str
    units: int
    adjudication: str
    rationale: str


@dataclass(frozen=True, slots=True)
class LimitTable:
    """A whole set of values, read and found in order."""

    system: str
    rows: tuple[LimitRow, ...]
    checksum: str
    source: str
    label: str = ""
    starts: datetime.date | None = None
    ends: datetime.date | None = None


def read(sources: Sequence[SourceFile], system: str) -> LimitTable:
    """Every value. Refuses an unknown header, another set, a line out of shape, a code that is listed twice."""
    rows: dict[str, LimitRow] = {}
    for source in sources:
        for number, row in _rows(source, system):
            if row.code in rows:
                raise Malformed(source.name, number, f"“{row.code}” is in the file already.")
            rows[row.code] = row
    require_rows(sources[0].name, rows)
    names = ", ".join(source.name for source in sources)
    return LimitTable(system, tuple(rows.values()), checksum(*(source.content for source in sources)), names)


def _rows(source: SourceFile, system: str) -> Iterator[tuple[int, LimitRow]]:
    reader = csv.reader(source.text().splitlines(keepends=True), strict=True)
    columns: tuple[int, int, int, int] | None = None
    try:
        for row in reader:
            if columns is None:
                columns = _columns(source.name, row, system)
            elif any(row):
                yield reader.line_num, _limit(source.name, reader.line_num, row, columns)
    except csv.Error as err:
        raise Malformed(source.name, reader.line_num, f"cannot be read as comma-separated values ({err}).") from err
    if columns is None:
        raise Malformed(source.name, 1, _WANTED)


def _columns(name: str, row: Sequence[str], system: str) -> tuple[int, int, int, int] | None:
    """Where code, units, indicator and rationale are; None for a line above the header."""
    names = [" ".join(each.lower().split()) for each in row]
    found = [at for wanted in _HEADER for at, each in enumerate(names) if wanted.search(each)]
    if len(found) != len(_HEADER):
        return None
    refuse_other_setting(system, name, *names)
    code, units, adjudication, rationale = found
    return code, units, adjudication, rationale


def _limit(name: str, number: int, row: Sequence[str], columns: tuple[int, int, int, int]) -> LimitRow:
    if len(row) <= max(columns):
        raise Malformed(name, number, f"has {len(row)} values; {max(columns) + 1} are wanted.")
    code, units, adjudication, rationale = (row[at].strip() for at in columns)
    if not _CODE.fullmatch(code):
        raise Malformed(name, number, f"“{code[:20]}” is not a code of five characters.")
    if not _UNITS.fullmatch(units):
        raise Malformed(name, number, f"“{units[:20]}” is not a number of units.")
    if adjudication[:1] not in {"1", "2", "3"}:
        raise Malformed(name, number, f"“{adjudication[:20]}” is no adjudication indicator (1, 2 or 3).")
    return LimitRow(code, int(units), adjudication[0], " ".join(rationale.split())[:120])
