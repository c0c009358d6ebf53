"""The spreadsheet of CMS's HCPCS download: the fields of the contractor file, one column each, below some lines of disclaimers.

Records are those of ``hcpcs_fixed``: kind 3 and 7 begin a code or modifier, 4 and 8 go on with its description.
"""

import csv
import datetime
from collections.abc import Iterator
from typing import Final

from .dates import compact_date, day_after
from .hcpcs_fixed import FIRST, FURTHER, SHAPES
from .table import CodeRow, Malformed, ParsedTable, SourceFile, checksum, require_rows

_HEADER: Final = frozenset({"HCPC", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", "COV", "ADD DT", "TERM DT"})
#: The header stands among so many first lines.
_LINES_BEFORE: Final = 30
_LONGEST: Final = 200_000
Record = dict[str, str]


def looks_like(source: SourceFile) -> bool:
    """Whether one of the first lines is the header of the spreadsheet."""
    beginning = source.content[:_LONGEST].decode("utf-8", "replace").splitlines()[:_LINES_BEFORE]
    return any(set(line.split(",")) >= _HEADER for line in beginning)


def read(source: SourceFile, system: str) -> ParsedTable:
    """Every record of the wanted kind; CPT (Level I) records are left out. Refuses loose descriptions and bad dates."""
    rows: dict[str, CodeRow] = {}
    for number, record in _records(source):
        code, kind = record["HCPC"].strip(), record["RECID"].strip()
        if not SHAPES[system].fullmatch(code):
            continue
        if kind == FURTHER[system]:
            if code not in rows:
                raise Malformed(source.name, number, f"continues a description of “{code}” that never began.")
            rows[code].long_title = f"{rows[code].long_title} {record['LONG DESCRIPTION'].strip()}"
        elif kind == FIRST[system]:
            if code in rows:
                raise Malformed(source.name, number, f"“{code}” is in the file already.")
            rows[code] = _row(source.name, number, record, code)
    require_rows(source.name, rows)
    return ParsedTable(system, tuple(rows.values()), checksum(source.content), source.name)


def _records(source: SourceFile) -> Iterator[tuple[int, Record]]:
    reader = csv.reader(source.text().splitlines(), strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            if header:
                yield reader.line_num, dict(zip(header, [*cells, *[""] * len(header)], strict=False))
            elif set(cells) >= _HEADER:
                header = cells
    except csv.Error as err:
        raise Malformed(source.name, reader.line_num, f"cannot be read as comma-separated values ({err}).") from err


def _row(name: str, number: int, record: Record, code: str) -> CodeRow:
    title, short = record["LONG DESCRIPTION"].strip(), record["SHORT DESCRIPTION"].strip()
    attributes = {"coverage": record["COV"].strip()} if record["COV"].strip() else {}
    dates = _date(name, number, record["ADD DT"]), day_after(_date(name, number, record["TERM DT"]))
    return CodeRow(code, True, title, short, attributes=attributes, valid_from=dates[0], valid_until=dates[1])


def _date(name: str, number: int, text: str) -> datetime.date | None:
    try:
        return compact_date(text.strip().replace("-", ""))
    except ValueError as err:
        raise Malformed(name, number, f"“{text}” is not a date of eight digits.") from err
