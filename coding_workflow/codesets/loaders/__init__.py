"""Readers of the publishers' own formats: files in, a whole checked table out, nothing written."""

from collections.abc import Sequence

from accounts.errors import Refused
from coding_workflow.codesets.codes import (
    CLAIM_LISTS,
    COVERAGE,
    CPT,
    HCPCS,
    HCPCS_MODIFIER,
    ICD_9_CM_DX,
    ICD_9_CM_PX,
    ICD_10_CM,
    ICD_10_PCS,
    IOCE,
    PAIR_SETS,
    POA_EXEMPT,
    UNIT_SETS,
)

from . import csv_files, hcpcs_fixed, hcpcs_sheet, icd9, icd10cm_xml, listings, order_file, packages, pairs, poa_exempt, units
from .files import Part, load_all
from .memory import collector_paused
from .pairs import PairTable
from .table import CodeRow, GroupRow, Malformed, ParsedTable, SourceFile
from .units import LimitTable

__all__ = [
    "CodeRow",
    "GroupRow",
    "LimitTable",
    "Malformed",
    "PairTable",
    "ParsedTable",
    "Part",
    "SourceFile",
    "Table",
    "packages",
    "read",
    "read_parts",
]

#: Codes, unlikely units, or pairs that are streamed.
Table = ParsedTable | LimitTable | PairTable


def read_parts(system: str, parts: Sequence[Part]) -> Table:
    """The table of one system in these unpacked files. Pairs are streamed when they are written; all else is read here.

    Refuses as ``read`` does, and files that are too large together; for pairs, what is wrong in a line is refused when
    they are written.
    """
    if not parts:
        raise Refused("codes.no_file", "No file was given.")
    if system in PAIR_SETS:
        return pairs.read(parts, system)
    sources = load_all(parts)
    return units.read(sources, system) if system in UNIT_SETS else read(system, sources)


def read(system: str, sources: Sequence[SourceFile]) -> ParsedTable:
    """The table of one system in these files, whichever of its publisher's formats they are in.

    Refuses with ``Malformed``: file, line and what is wrong; and a system that cannot be loaded.
    """
    if not sources:
        raise Refused("codes.no_file", "No file was given.")
    with collector_paused():
        return _read(system, sources)


def _read(system: str, sources: Sequence[SourceFile]) -> ParsedTable:
    if system in {ICD_9_CM_DX, ICD_9_CM_PX}:
        return icd9.read(sources, system)
    if system in {ICD_10_CM, ICD_10_PCS}:
        return _icd10(system, sources)
    if system in {HCPCS, HCPCS_MODIFIER, CPT, *CLAIM_LISTS}:
        return _hcpcs(system, sources)
    if system in {COVERAGE, IOCE}:
        return listings.read(sources, system)
    if system == POA_EXEMPT:
        return poa_exempt.read(sources[0])
    raise Refused("codes.system", f"“{system}” is not a table that can be loaded.")


def _icd10(system: str, sources: Sequence[SourceFile]) -> ParsedTable:
    for source in sources:
        if system == ICD_10_CM and icd10cm_xml.looks_like(source):
            return icd10cm_xml.read(source)
        if order_file.looks_like(source):
            return order_file.read(source, system)
    raise Malformed(sources[0].name, 1, f"is neither a CMS order file nor, for ICD-10-CM, the tabular XML ({system} wanted).")


def _hcpcs(system: str, sources: Sequence[SourceFile]) -> ParsedTable:
    fixed = next((source for source in sources if hcpcs_fixed.looks_like(source)), None)
    if fixed is not None and system in {HCPCS, HCPCS_MODIFIER}:
        return hcpcs_fixed.read(fixed, system)
    sheet = next((source for source in sources if hcpcs_sheet.looks_like(source)), None)
    if sheet is not None and system in {HCPCS, HCPCS_MODIFIER}:
        return hcpcs_sheet.read(sheet, system)
    return csv_files.read(sources, system)
