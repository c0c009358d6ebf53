"""POA-exempt list of CMS: tab-separated order number, code with its point, description; one header line."""

import re
from typing import Final

from coding_workflow.codesets.codes import POA_EXEMPT

from .table import CodeRow, Malformed, ParsedTable, SourceFile, checksum, require_rows

_SHAPE: Final = re.compile(r"[A-Z][0-9A-Z]{2,6}")


def read(source: SourceFile) -> ParsedTable:
    """Every listed code. Refuses another file of the same download (additions, deletions, revisions) and bad lines."""
    lines = source.text().splitlines()
    if not re.match(r"Order\d\d\tPOAexemptCode\tDescription$", lines[0].rstrip() if lines else ""):
        raise Malformed(source.name, 1, "is not the header of the POA-exempt list (Order26, POAexemptCode, Description).")
    rows: dict[str, CodeRow] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        values = line.split("\t")
        if len(values) != 3:
            raise Malformed(source.name, number, "does not have three values with tabs between.")
        code = values[1].strip().replace(".", "")
        if not _SHAPE.fullmatch(code) or code in rows:
            raise Malformed(source.name, number, f"“{values[1]}” is not an ICD-10-CM code, or is listed twice.")
        rows[code] = CodeRow(code, True, values[2].strip().strip('"'))
    require_rows(source.name, rows)
    return ParsedTable(POA_EXEMPT, tuple(rows.values()), checksum(source.content), source.name, searchable=False)
