"""ICD-9-CM version 32 as CMS published it: one text file of long titles and one of short ones, for each kind of code.

Version 32 is the last; it was in force for discharges from 2014-10-01 until ICD-10 on 2015-10-01.
"""

import datetime
import re
from collections.abc import Sequence
from typing import Final

from coding_workflow.codesets.codes import ICD_9_CM_DX, ICD_9_CM_PX, ICD_10_FROM

from .table import CodeRow, Malformed, ParsedTable, SourceFile, checksum, require_rows

FIRST_DAY: Final = datetime.date(2014, 10, 1)
_SHAPES: Final = {
    ICD_9_CM_DX: re.compile(r"\d{3,5}|V\d{2,4}|E\d{3,4}"),
    ICD_9_CM_PX: re.compile(r"\d{2,4}"),
}
_KIND: Final = {ICD_9_CM_DX: "_DX", ICD_9_CM_PX: "_SG"}


def looks_like(source: SourceFile) -> bool:
    """Whether the name is one of CMS's title files."""
    return bool(re.fullmatch(r"CMS\d\d_DESC_(LONG|SHORT)_(DX|SG)\.txt", source.name, re.IGNORECASE))


def read(sources: Sequence[SourceFile], system: str) -> ParsedTable:
    """The codes of the long-title file, with short titles where that file is there too. Refuses codes out of shape."""
    kept = [source for source in sources if looks_like(source) and _KIND[system] in source.name.upper()]
    long_file = next((source for source in kept if "_LONG_" in source.name.upper()), None)
    if long_file is None:
        raise Malformed(sources[0].name, None, f"holds no file of long titles for {system} (CMS32_DESC_LONG{_KIND[system]}.txt).")
    shorts = [_titles(source, system) for source in kept if source is not long_file]
    short_titles = shorts[0] if shorts else {}
    rows = tuple(CodeRow(code, True, title, short_titles.get(code, "")) for code, title in _titles(long_file, system).items())
    require_rows(long_file.name, rows)
    used = sorted(kept, key=lambda source: source.name)
    names = ", ".join(source.name for source in used)
    total = checksum(*(source.content for source in used))
    return ParsedTable(system, rows, total, names, label="Version 32", starts=FIRST_DAY, ends=ICD_10_FROM)


def _titles(source: SourceFile, system: str) -> dict[str, str]:
    titles: dict[str, str] = {}
    for number, line in enumerate(source.text().splitlines(), start=1):
        if not line.strip():
            continue
        code, _, title = line.partition(" ")
        if not _SHAPES[system].fullmatch(code) or not title.strip():
            raise Malformed(source.name, number, f"is not an {system} code and its title.")
        if code in titles:
            raise Malformed(source.name, number, f"“{code}” is in the file already.")
        titles[code] = title.strip()
    return titles
