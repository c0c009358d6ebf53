"""Condition 4: side of the procedure against side of the diagnosis (I.B.13)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.service_codes import service_code
from coding_workflow.guidelines.words import point

_SIDES = {"RT": "right", "LT": "left"}
_EYELIDS_AND_DIGITS = {
    "right": ("E3", "E4", "F5", "F6", "F7", "F8", "F9", "T5", "T6", "T7", "T8", "T9"),
    "left": ("E1", "E2", "FA", "F1", "F2", "F3", "F4", "TA", "T1", "T2", "T3", "T4"),
}
_SIDE_OF = _SIDES | {modifier: side for side, modifiers in _EYELIDS_AND_DIGITS.items() for modifier in modifiers}


@rule(
    "icd10cm.laterality",
    condition=4,
    reference="ICD-10-CM Official Guidelines I.B.13",
    classes=OUTPATIENT_CLASSES,
    looks_at=("diagnoses", "lines"),
)
def laterality(case: Case) -> Iterator[Found]:
    """A service on one side, and diagnoses that name only the other side."""
    if not case.icd_10 or not case.is_loaded("ICD-10-CM"):
        return
    for service in case.services:
        for modifier in service.modifiers:
            opposite = _opposite_only(case, _SIDE_OF.get(modifier, ""))
            if opposite:
                code = service_code(service)
                message = f"{code} is charged for the {_SIDE_OF[modifier]} side; {point(opposite)} names the other side."
                yield Found(message, (code, modifier, opposite))


def _opposite_only(case: Case, side: str) -> str:
    """The first diagnosis of the other side, when no diagnosis is of this side or of both."""
    if not side:
        return ""
    sides = {code: _side(case, code) for code in case.codes}
    if side in sides.values() or "both" in sides.values():
        return ""
    return next((code for code, named in sides.items() if named), "")


def _side(case: Case, code: str) -> str:
    answer = case.tables.code("ICD-10-CM", code)
    words = set(answer.title.lower().replace(",", " ").split()) if answer else set()
    if "bilateral" in words or {"right", "left"} <= words:
        return "both"
    return next((side for side in ("right", "left") if side in words), "")
