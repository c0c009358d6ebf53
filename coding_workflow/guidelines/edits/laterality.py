"""Condition 4: side of the procedure against side of the diagnosis, and one code for both sides (I.B.13)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import VISIT_CLASSES
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.service_codes import service_code
from coding_workflow.guidelines.words import point

_SIDES = {"RT": "right", "LT": "left"}
_EYELIDS_AND_DIGITS = {
    "right": ("E3", "E4", "F5", "F6", "F7", "F8", "F9", "T5", "T6", "T7", "T8", "T9"),
    "left": ("E1", "E2", "FA", "F1", "F2", "F3", "F4", "TA", "T1", "T2", "T3", "T4"),
}
_SIDE_OF = _SIDES | {modifier: side for side, modifiers in _EYELIDS_AND_DIGITS.items() for modifier in modifiers}


@guideline("icd10cm.laterality", "I.B.13", classes=VISIT_CLASSES, looks_at=("diagnoses", "lines"))
def laterality(case: Case) -> Iterator[Found]:
    """A service on one side, and diagnoses that name only the other side."""
    if not case.is_loaded("ICD-10-CM"):
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


#: Osteoarthritis is bilateral in a subcategory of its own: hip, knee and thumb, by cause; one side -> both.
_BILATERAL_ARTHRITIS = {
    "M161": "M160",
    "M163": "M162",
    "M165": "M164",
    "M167": "M166",
    "M171": "M170",
    "M173": "M172",
    "M175": "M174",
    "M181": "M180",
    "M183": "M182",
    "M185": "M184",
}


@guideline("icd10cm.both_sides", "I.B.13", override="reason")
def both_sides(case: Case) -> Iterator[Found]:
    """Right and left of one condition are one code where there is a bilateral one."""
    if not case.is_loaded("ICD-10-CM"):
        return
    for right in case.siblings:
        for at in (at for at in range(4, len(right)) if right[at] == "1"):
            left = f"{right[:at]}2{right[at + 1 :]}"
            both = _bilateral(case, right, at) if left in case.siblings else ""
            if both and (_side(case, right), _side(case, left)) == ("right", "left"):
                message = f"{point(right)} and {point(left)} are one condition on both sides, coded as {point(both)}."
                yield Found(message, (right, left))


def _bilateral(case: Case, right: str, at: int) -> str:
    """The bilateral code of the same condition, or an empty text."""
    both = _BILATERAL_ARTHRITIS.get(right[:4]) or f"{right[:at]}3{right[at + 1 :]}"
    answer = case.tables.code("ICD-10-CM", both)
    return both if answer and answer.billable and "bilateral" in answer.title.lower() else ""
