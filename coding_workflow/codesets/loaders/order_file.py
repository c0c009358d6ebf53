"""CMS order files: ICD-10-CM and ICD-10-PCS, headers and billable codes with both titles, fixed columns.

Columns, counted from 1: order number 1-5, code 7-13, billable 15, short title 17-76, long title from 78
(CMS, icd10OrderFiles.pdf in the same download).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from coding_workflow.codesets.codes import ICD_10_CM, ICD_10_PCS

from .table import CodeRow, Malformed, ParsedTable, SourceFile, checksum, require_rows

_LINE: Final = re.compile(r"(\d{5}) (.{7}) ([01]) (.{60}) (\S.*)")
_SHAPES: Final = {
    ICD_10_CM: re.compile(r"[A-Z][0-9A-Z]{2,6}"),
    ICD_10_PCS: re.compile(r"[0-9A-HJ-NP-Z]{3}(?:[0-9A-HJ-NP-Z]{4})?"),
}


def looks_like(source: SourceFile) -> bool:
    """Whether the first line has the columns of an order file."""
    return bool(re.match(rb"\d{5} [0-9A-Z]{3}", source.content[:9]))


def read(source: SourceFile, system: str) -> ParsedTable:
    """Every row of the file. Refuses a line out of shape, out of order, repeated, or of another system."""
    rows: list[CodeRow] = []
    seen: set[str] = set()
    for row in _rows(source, system):
        row.parent = _parent(row.code, seen)
        seen.add(row.code)
        rows.append(row)
    require_rows(source.name, rows)
    return ParsedTable(system, tuple(rows), checksum(source.content), source.name)


def _rows(source: SourceFile, system: str) -> Iterator[CodeRow]:
    shape, last_order, seen = _SHAPES[system], 0, set[str]()
    for number, line in _lines(source):
        found = _LINE.fullmatch(line)
        if not found:
            raise Malformed(source.name, number, "does not have the columns of a CMS order file.")
        order, code = int(found[1]), found[2].strip()
        if not shape.fullmatch(code):
            raise Malformed(source.name, number, f"“{code}” is not shaped like a code of {system}.")
        if order <= last_order:
            raise Malformed(source.name, number, f"order number {order:05} does not follow {last_order:05}.")
        if code in seen:
            raise Malformed(source.name, number, f"“{code}” is in the file already.")
        last_order = order
        seen.add(code)
        yield CodeRow(code, found[3] == "1", found[5].strip(), found[4].strip())


def _lines(source: SourceFile) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.text().split("\n"), start=1):
        plain = line.rstrip("\r\x1a")
        if plain.strip():
            yield number, plain


def _parent(code: str, seen: Sequence[str] | set[str]) -> str:
    """The longest header above the code; placeholders leave gaps in the chain."""
    return next((code[:length] for length in range(len(code) - 1, 2, -1) if code[:length] in seen), "")
