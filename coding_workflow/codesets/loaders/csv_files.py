"""Comma-separated tables: HCPCS descriptions with attributes, OPPS Addendum B, modifiers, lists of a claim form's codes
(``code,display`` as CMS publishes them, or ``code,description``), and CPT from a licensee's own file.

The header line says which it is. CPT is licensed by the AMA: none is shipped; a licensee's file has the columns
code, short, long, effective, deleted (dates as 2026-01-01, both may be blank; deleted is the last valid day).
"""

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from coding_workflow.codesets.codes import CLAIM_LISTS, CPT, HCPCS, HCPCS_MODIFIER

from .dates import day_after, iso_date
from .table import CodeRow, Malformed, ParsedTable, SourceFile, checksum, require_rows

_SHAPES: Final = {
    HCPCS: re.compile(r"[A-Z]\d{4}"),
    HCPCS_MODIFIER: re.compile(r"[A-Z0-9]{2}"),
    CPT: re.compile(r"\d{4}[0-9A-Z]"),
    **{system: re.compile(shape) for system, (_, shape) in CLAIM_LISTS.items()},
}
#: What ``Code.short_title`` holds.
LONGEST_SHORT_TITLE: Final = 120
#: CMS's sign for "no code was reported", which is no code.
_NOT_STATED: Final = re.compile(r"~+")
Record = dict[str, str]


def read(sources: Sequence[SourceFile], system: str) -> ParsedTable:
    """The table in these files. Refuses an unknown header, a line with too many or too few values, a code out of shape."""
    for header, reader in _READERS[system].items():
        base = [source for source in sources if header <= _header(source)]
        if base:
            return reader(base[0], sources, system)
    wanted = " or ".join(",".join(sorted(header)) for header in _READERS[system])
    raise Malformed(sources[0].name, 1, f"has no header with the columns {wanted}.")


def _descriptions(source: SourceFile, sources: Sequence[SourceFile], system: str) -> ParsedTable:
    rows: dict[str, CodeRow] = {}
    for number, record in records(source):
        code = _code(source.name, number, record["hcpcs_code"], system)
        row = rows.setdefault(code, CodeRow(code, True, ""))
        kind = record["hcpcs_desc_type"].lower()
        if kind not in {"long", "short"}:
            raise Malformed(source.name, number, f"“{record['hcpcs_desc_type']}” is neither Long nor Short.")
        setattr(row, f"{kind}_title", record["hcpcs_description"].strip())
    used = [source]
    for other in sources:
        if {"hcpcs_code", "date_term"} <= _header(other):
            _add_attributes(other, rows, system)
            used.append(other)
    return _table(system, used, rows)


def _add_attributes(source: SourceFile, rows: dict[str, CodeRow], system: str) -> None:
    for number, record in records(source):
        row = rows.get(_code(source.name, number, record["hcpcs_code"], system))
        if row is None:
            raise Malformed(source.name, number, f"“{record['hcpcs_code']}” has no description.")
        row.valid_from = _date(source.name, number, record.get("date_added", ""))
        row.valid_until = day_after(_date(source.name, number, record["date_term"]))
        row.attributes = {"coverage": record["cov"]} if record.get("cov") else {}


def _addendum_b(source: SourceFile, sources: Sequence[SourceFile], system: str) -> ParsedTable:
    rows: dict[str, CodeRow] = {}
    for number, record in records(source):
        title = record["ShortDescriptor"].strip()
        row = CodeRow(_code(source.name, number, record["HCPCSCode"], system), True, title, title)
        row.attributes = {"status_indicator": record["StatusIndicator"]}
        _add(rows, row, source.name, number)
    return _table(system, [source], rows)


def _modifiers(source: SourceFile, sources: Sequence[SourceFile], system: str) -> ParsedTable:
    rows: dict[str, CodeRow] = {}
    for number, record in records(source):
        row = CodeRow(_code(source.name, number, record["code"], system), True, record["description"].strip())
        _add(rows, row, source.name, number)
    return _table(system, [source], rows)


def _claim_list(source: SourceFile, sources: Sequence[SourceFile], system: str) -> ParsedTable:
    rows: dict[str, CodeRow] = {}
    for number, record in records(source):
        if _NOT_STATED.fullmatch(record["code"].strip()):
            continue
        title = " ".join((record.get("display") or record.get("description") or "").split())
        _add(rows, CodeRow(_code(source.name, number, record["code"], system), True, title), source.name, number)
    return _table(system, [source], rows)


def _cpt(source: SourceFile, sources: Sequence[SourceFile], system: str) -> ParsedTable:
    rows: dict[str, CodeRow] = {}
    for number, record in records(source):
        row = CodeRow(_code(source.name, number, record["code"], system), True, record["long"].strip(), record["short"].strip())
        row.valid_from = _date(source.name, number, record["effective"])
        row.valid_until = day_after(_date(source.name, number, record["deleted"]))
        _add(rows, row, source.name, number)
    return _table(system, [source], rows)


def _table(system: str, used: Sequence[SourceFile], rows: dict[str, CodeRow]) -> ParsedTable:
    require_rows(used[0].name, rows)
    untitled = next((row.code for row in rows.values() if not row.long_title), "")
    if untitled:
        raise Malformed(used[0].name, None, f"“{untitled}” has no description.")
    long = next((row.code for row in rows.values() if len(row.short_title) > LONGEST_SHORT_TITLE), "")
    if long:
        raise Malformed(used[0].name, None, f"the short title of “{long}” has more than {LONGEST_SHORT_TITLE} characters.")
    names = ", ".join(source.name for source in used)
    return ParsedTable(system, tuple(rows.values()), checksum(*(source.content for source in used)), names)


def _header(source: SourceFile) -> frozenset[str]:
    first = source.content[:4096].split(b"\n", 1)[0].decode("utf-8-sig", "replace")
    return frozenset(name.strip() for name in first.split(","))


def records(source: SourceFile, header: frozenset[str] = frozenset(), lacking: str = "") -> Iterator[tuple[int, Record]]:
    """Each line with its number, by the names of the columns. Refuses a file without ``header`` (``lacking`` says so), a line
    with too many or too few values, and what cannot be read as comma-separated values."""
    rows = rows_of(source.name, source.text())
    _, names = next(rows, (1, list[str]()))
    if not header <= frozenset(names):
        raise Malformed(source.name, 1, lacking)
    for number, values in rows:
        if not values:
            continue
        if len(values) != len(names):
            raise Malformed(source.name, number, f"does not have {len(names)} values.")
        yield number, dict(zip(names, values, strict=True))


def rows_of(name: str, text: str, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line on which it begins; a blank line is a row without values.

    Refuses a quote that is not closed, naming where its row began: without that it swallows the rest of the file.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as err:
            raise Malformed(name, begins, f"cannot be read as comma-separated values ({err}).") from err
        yield begins, values


def _code(name: str, number: int, text: str, system: str) -> str:
    code = text.strip().upper()
    if not _SHAPES[system].fullmatch(code):
        raise Malformed(name, number, f"“{text}” is not shaped like a code of {system}.")
    return code


def _add(rows: dict[str, CodeRow], row: CodeRow, name: str, number: int) -> None:
    """Keep a row; the publisher's files repeat some lines word for word, which is harmless."""
    if rows.setdefault(row.code, row) != row:
        raise Malformed(name, number, f"“{row.code}” is in the file already, with another description.")


def _date(name: str, number: int, text: str) -> datetime.date | None:
    try:
        return iso_date(text)
    except ValueError as err:
        raise Malformed(name, number, f"“{text}” is not a date like 2026-01-01.") from err


_READERS: Final[dict[str, dict[frozenset[str], Callable[[SourceFile, Sequence[SourceFile], str], ParsedTable]]]] = {
    HCPCS: {
        frozenset({"hcpcs_code", "hcpcs_desc_type", "hcpcs_description"}): _descriptions,
        frozenset({"HCPCSCode", "ShortDescriptor", "StatusIndicator"}): _addendum_b,
    },
    HCPCS_MODIFIER: {frozenset({"code", "description"}): _modifiers},
    CPT: {frozenset({"code", "short", "long", "effective", "deleted"}): _cpt},
    **{
        system: {frozenset({"code", "display"}): _claim_list, frozenset({"code", "description"}): _claim_list}
        for system in CLAIM_LISTS
    },
}
