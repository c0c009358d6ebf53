"""HCPCS contractor file of CMS: fixed columns, codes and Level II modifiers in one file.

Columns, counted from 1 (CMS record layout, 320 characters): code 1-5 (modifier 4-5), sequence 6-10, record kind 11
(3 and 7 first line, 4 and 8 further description), long description 12-91, short 92-119, coverage 230, added 269-276,
terminated 285-292.
"""

import datetime
import re
from collections.abc import Iterator
from typing import Final

from coding_workflow.codesets.codes import HCPCS, HCPCS_MODIFIER

from .dates import compact_date, day_after
from .table import CodeRow, Malformed, ParsedTable, SourceFile, checksum, require_rows

FIRST: Final = {HCPCS: "3", HCPCS_MODIFIER: "7"}
FURTHER: Final = {HCPCS: "4", HCPCS_MODIFIER: "8"}
SHAPES: Final = {HCPCS: re.compile(r"[A-Z]\d{4}"), HCPCS_MODIFIER: re.compile(r"[A-Z0-9]{2}")}
_RECORD: Final = re.compile(r".{5}\d{5}[3478]")
_WIDTH: Final = 292


def looks_like(source: SourceFile) -> bool:
    """Whether some of the first lines are records of the contractor file."""
    return any(_RECORD.match(line) for line in source.content[:20_000].decode("cp1252", "replace").splitlines())


def read(source: SourceFile, system: str) -> ParsedTable:
    """Every record of the wanted kind; CPT (Level I) records are left out. Refuses short lines and loose descriptions."""
    rows: dict[str, CodeRow] = {}
    for number, line in _records(source):
        code = line[:5].strip()
        if line[10] == FURTHER[system] and code in rows:
            rows[code].long_title = f"{rows[code].long_title} {line[11:91].strip()}"
        elif line[10] == FURTHER[system] and SHAPES[system].fullmatch(code):
            raise Malformed(source.name, number, f"continues a description of “{code}” that never began.")
        elif line[10] == FIRST[system] and SHAPES[system].fullmatch(code):
            if code in rows:
                raise Malformed(source.name, number, f"“{code}” is in the file already.")
            rows[code] = _first_line(source.name, number, line, code)
    require_rows(source.name, rows)
    return ParsedTable(system, tuple(rows.values()), checksum(source.content), source.name)


def _records(source: SourceFile) -> Iterator[tuple[int, str]]:
    begun = False
    for number, line in enumerate(source.text().splitlines(), start=1):
        if _RECORD.match(line):
            begun = True
            yield number, line
        elif begun and line.strip("\x1a\t "):
            raise Malformed(source.name, number, "is not a record of the HCPCS contractor file.")


def _first_line(name: str, number: int, line: str, code: str) -> CodeRow:
    if len(line) < _WIDTH:
        raise Malformed(name, number, f"has {len(line)} characters; a record has 320.")
    added, ended = _date(name, number, line[268:276]), _date(name, number, line[284:292])
    attributes = {"coverage": line[229]} if line[229].strip() else {}
    return CodeRow(
        code,
        True,
        line[11:91].strip(),
        line[91:119].strip(),
        attributes=attributes,
        valid_from=added,
        valid_until=day_after(ended),
    )


def _date(name: str, number: int, text: str) -> datetime.date | None:
    try:
        return compact_date(text)
    except ValueError as err:
        raise Malformed(name, number, f"“{text}” is not a date of eight digits.") from err
