"""Readers of the publishers' own formats: files in, a whole checked table out, nothing written."""

from collections.abc import Sequence

from accounts.errors import Refused
from coding_workflow.codesets.codes import CPT, HCPCS, HCPCS_MODIFIER, ICD_9_CM_DX, ICD_9_CM_PX, ICD_10_CM, ICD_10_PCS, POA_EXEMPT

from . import csv_files, hcpcs_fixed, icd9, icd10cm_xml, order_file, packages, poa_exempt
from .memory import collector_paused
from .table import CodeRow, GroupRow, Malformed, ParsedTable, SourceFile

__all__ = ["CodeRow", "GroupRow", "Malformed", "ParsedTable", "SourceFile", "packages", "read"]


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
    if system in {HCPCS, HCPCS_MODIFIER, CPT}:
        return _hcpcs(system, sources)
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
    if fixed is not None and system != CPT:
        return hcpcs_fixed.read(fixed, system)
    return csv_files.read(sources, system)
