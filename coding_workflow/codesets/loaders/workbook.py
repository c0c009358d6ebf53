"""A workbook (.xlsx) as comma-separated values, so that the readers of text read it too. Bounded before it is opened.

openpyxl takes defusedxml where it is installed, as it is here: entities are refused. It is told to leave lxml alone
(``coding_workflow/__init__.py``).
"""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import openpyxl

from .table import Malformed

#: What all sheets and strings of a workbook may unpack to. CMS's largest table is a tenth of it.
MOST_BYTES: Final = 128 * 1024 * 1024
MOST_MEMBERS: Final = 200


def as_text(name: str, content: bytes) -> bytes:
    """The first sheet that has anything in it, UTF-8. Refuses what is no workbook, is locked, or unpacks to too much."""
    _refuse_too_large(name, content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            text = _written(sheet.iter_rows(values_only=True))
            if text:
                return text
    except Exception as error:
        # The library lets through whatever its parts raise on a file that is not what it says.
        raise Malformed(name, None, "is not a workbook that can be read. Save the sheet as CSV (UTF-8).") from error
    raise Malformed(name, None, "has no sheet with anything in it.")


def _refuse_too_large(name: str, content: bytes) -> None:
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as error:
        raise Malformed(name, None, "is not a workbook that can be read. Save the sheet as CSV (UTF-8).") from error
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_BYTES:
        raise Malformed(name, None, f"is larger than {MOST_BYTES // 1024 // 1024} MB when unpacked, or holds too many parts.")


def _written(rows: Iterator[tuple[Any, ...]]) -> bytes:
    """The rows that have anything in them, without the empty cells at their end; empty where no row has."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in rows:
        cells = [_cell(value) for value in row]
        if any(cells):
            writer.writerow(cells)
    return lines.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)
