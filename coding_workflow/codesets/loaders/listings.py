"""What is listed about a service by name, as comma-separated values of one's own: medical necessity and the IOCE's lists.

``code,policy,title,diagnoses``: an LCD or NCD (``L33822``) and the diagnoses it covers the HCPCS or CPT code for.
``edit,code,title,with``: an edit of the Integrated Outpatient Code Editor (``18``, ``92``) and what must stand beside the code.
Several codes of one cell have a semicolon or a blank between; ``E08-E13`` is a range. Lines of one code and name add up.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from coding_workflow.codesets.codes import COVERAGE, IOCE

from .csv_files import records
from .table import CodeRow, Malformed, ParsedTable, SourceFile, checksum, require_rows


@dataclass(frozen=True, slots=True)
class _Columns:
    """The header of a table, and what the listed codes look like."""

    name: str
    codes: str
    shape: re.Pattern[str]
    may_be_empty: bool

    @property
    def header(self) -> frozenset[str]:
        return frozenset({"code", "title", self.name, self.codes})


_SERVICE: Final = re.compile(r"[A-Z0-9]\d{3}[A-Z0-9]")
_NAME: Final = re.compile(r"[A-Z0-9][A-Z0-9. -]{0,19}")
_DIAGNOSIS: Final = r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?"
_COLUMNS: Final = {
    COVERAGE: _Columns("policy", "diagnoses", re.compile(rf"{_DIAGNOSIS}(?:-{_DIAGNOSIS})?"), may_be_empty=False),
    IOCE: _Columns("edit", "with", _SERVICE, may_be_empty=True),
}


@dataclass(slots=True)
class _Listing:
    title: str
    codes: dict[str, None] = field(default_factory=dict)


def read(sources: Sequence[SourceFile], system: str) -> ParsedTable:
    """The table in these files. Refuses an unknown header, a line with too few or many values, a code out of shape."""
    columns, found = _COLUMNS[system], dict[str, dict[str, _Listing]]()
    for source in sources:
        for number, record in _records(source, columns):
            _add(found, source.name, number, record, columns)
    require_rows(sources[0].name, found)
    rows = tuple(_row(code, listings) for code, listings in found.items())
    names = ", ".join(source.name for source in sources)
    return ParsedTable(system, rows, checksum(*(source.content for source in sources)), names, searchable=False)


def _records(source: SourceFile, columns: _Columns) -> Iterator[tuple[int, dict[str, str]]]:
    wanted = ",".join(("edit,code" if columns.name == "edit" else f"code,{columns.name}", "title", columns.codes))
    return records(source, columns.header, f"has no header with the columns {wanted}.")


def _add(found: dict[str, dict[str, _Listing]], file: str, number: int, record: dict[str, str], columns: _Columns) -> None:
    code, name, title = (record[key].strip() for key in ("code", columns.name, "title"))
    code, name = code.upper(), name.upper()
    if not _SERVICE.fullmatch(code):
        raise Malformed(file, number, f"“{record['code']}” is not shaped like a HCPCS or CPT code.")
    if not _NAME.fullmatch(name):
        raise Malformed(file, number, f"“{record[columns.name]}” is not the name of a {columns.name}.")
    listing = found.setdefault(code, {}).setdefault(name, _Listing(title))
    listed = re.split(r"[;\s]+", record[columns.codes].strip().upper())
    wrong = next((each for each in listed if each and not columns.shape.fullmatch(each)), "")
    if wrong:
        raise Malformed(file, number, f"“{wrong}” is not a code that {columns.codes} can hold.")
    listing.codes |= dict.fromkeys(each.replace(".", "") for each in listed if each)
    if not listing.codes and not columns.may_be_empty:
        raise Malformed(file, number, f"names no {columns.codes}.")


def _row(code: str, listings: dict[str, _Listing]) -> CodeRow:
    kept: list[dict[str, Any]] = [
        {"name": name, "title": each.title, "codes": list(each.codes)} for name, each in sorted(listings.items())
    ]
    title = "; ".join(f"{each['name']} {each['title']}".strip() for each in kept)
    return CodeRow(code, True, title, attributes={"listings": kept})
