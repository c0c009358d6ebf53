"""Code tables in memory, from the packages that carry them: the engine's tests need no database."""

import datetime
from dataclasses import replace
from functools import cache

from coding_workflow.codesets.entries import targets
from coding_workflow.codesets.loaders import packages
from coding_workflow.codesets.loaders.table import ParsedTable
from coding_workflow.guidelines.tables import CodeAnswer, GrouperTables, NotesAnswer
from coding_workflow.policy.rules import Downstream, FacilityPolicy
from coding_workflow.policy.standard import STANDARD

#: Those of CMS's exempt list that the stories use.
POA_EXEMPT = frozenset({"Z7984", "Z370", "Z3A39", "Z3800", "Z3801", "Y92013", "Z7901", "Z302", "Z23"})
_LICENSED = ("CPT", "HCPCS", "HCPCS-MODIFIER", "NCCI-PTP", "MUE")


@cache
def _read(system: str) -> ParsedTable:
    return packages.icd10cm() if system == "ICD-10-CM" else packages.icd10pcs()


@cache
def _codes(system: str) -> dict[str, CodeAnswer]:
    return {row.code: CodeAnswer(row.code, row.long_title, row.billable) for row in _read(system).rows}


@cache
def _above() -> dict[str, tuple[str, dict[str, tuple[str, ...]]]]:
    """Code or group -> what is above it, and its own notes."""
    table = _read("ICD-10-CM")
    rows = {row.code: (row.parent, row.attributes) for row in table.rows}
    return rows | {group.key: (group.parent, group.attributes) for group in table.groups}


def _categories(target: str) -> list[str]:
    """``O10-O16`` as the categories in it; other targets as they are."""
    first, _, last = target.partition("-")
    if not last or len(first) != 3 or first[0] != last[0] or not (first[1:] + last[1:3]).isdigit():
        return [first, last] if last else [first]
    return [f"{first[0]}{number:02d}" for number in range(int(first[1:]), int(last[1:3]) + 1)]


@cache
def _notes(code: str) -> NotesAnswer:
    kinds: dict[str, list[str]] = {"excludes1": [], "code_first": [], "use_additional": []}
    at = code
    while at in _above():
        at, attributes = _above()[at][0], _above()[at][1]
        for kind, found in kinds.items():
            found.extend(prefix for target in targets(attributes.get(kind, ())) for prefix in _categories(target))
    title = _codes("ICD-10-CM")[code].title
    read = {kind: tuple(dict.fromkeys(found)) for kind, found in kinds.items()}
    return NotesAnswer(**read, manifestation="diseases classified elsewhere" in title.lower())


class Book(GrouperTables):
    """ICD-10-CM and PCS of 2026-04-01, in force until 2026-10-01, and the exempt list of the stories."""

    def __init__(self, on: datetime.date | None) -> None:
        self._in_force = on is not None and datetime.date(2026, 4, 1) <= on < datetime.date(2026, 10, 1)

    def loaded(self, system: str, on: datetime.date | None = None) -> str | None:
        known = ("ICD-10-CM", "ICD-10-PCS", "ICD-10-CM-NOTES", "POA-EXEMPT")
        return "2026-04-01" if self._in_force and system in known else None

    def code(self, system: str, code: str, on: datetime.date | None = None) -> CodeAnswer | None:
        return _codes(system).get(code) if self._in_force else None

    def notes(self, code: str) -> NotesAnswer | None:
        return _notes(code) if self._in_force and code in _codes("ICD-10-CM") else None

    def poa_exempt(self, code: str) -> bool:
        return code in POA_EXEMPT


def policy() -> FacilityPolicy:
    """The standard policy at a hospital without a CPT licence: those tables are validated downstream."""
    until = datetime.date(2027, 1, 1)
    declared = (Downstream(table, "ada", "checked by the clearinghouse", until) for table in _LICENSED)
    return replace(STANDARD, downstream=tuple(declared))
