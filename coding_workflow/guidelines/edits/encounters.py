"""Condition 4: Z codes that stand only first, and those that never do (I.C.21.c)."""

import datetime
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES
from coding_workflow.guidelines.patterns import WARN, not_first
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

#: I.C.21.c.15, without Z38 (``newborn.birth_record``). Z00.6 and Z52.9 are the list's own exceptions.
FIRST_ONLY = (
    *("Z00", "Z01", "Z02", "Z04", "Z332", "Z3181", "Z3183", "Z3184", "Z34", "Z39"),
    *("Z42", "Z510", "Z511", "Z52", "Z761", "Z762", "Z9912"),
)
_EITHER = ("Z006", "Z529")
#: On the list of fiscal year 2026.
_PROPHYLACTIC = ("Z40",)
_FY_2026 = datetime.date(2025, 10, 1)


def _only_first(case: Case, codes: tuple[str, ...]) -> Iterator[Found]:
    first = case.principal.code if case.principal else ""
    if first.startswith((*FIRST_ONLY, *_PROPHYLACTIC, "Z38")):
        return
    for diagnosis in case.secondary:
        if diagnosis.code.startswith(codes) and not diagnosis.code.startswith(_EITHER):
            yield Found(f"{point(diagnosis.code)} is reported only as the first code.", (diagnosis.code,))


@guideline("encounters.first_listed_only", "I.C.21.c.15", version=2, override="reason", codes=FIRST_ONLY)
def first_listed_only(case: Case) -> Iterator[Found]:
    """These codes are principal or first-listed only, unless several encounters of one day share a record."""
    yield from _only_first(case, FIRST_ONLY)


@guideline("encounters.prophylactic_surgery", "I.C.21.c.15", codes=_PROPHYLACTIC, override="reason", starts=_FY_2026)
def prophylactic_surgery(case: Case) -> Iterator[Found]:
    """Z40, an encounter for prophylactic surgery, is first-listed only since the Guidelines of 2026."""
    yield from _only_first(case, _PROPHYLACTIC)


not_first(
    "encounters.never_first",
    "I.C.21.c.3, I.C.21.c.11",
    "Outcome of delivery, incidental pregnancy, weeks of gestation, drug resistance and tPA given elsewhere are secondary codes.",
    ("Z37", "Z331", "Z3A", "Z16", "Z9282"),
    "{0} is a secondary code and cannot be first.",
)
not_first(
    "encounters.susceptibility_first",
    "I.C.21.c.3",
    "Genetic susceptibility is generally not the first code.",
    ("Z15",),
    "{0} is generally not the first code; confirm the reason for the encounter.",
    WARN,
)
#: Transplant status -> complication of the same organ: kidney, heart, lung, both, liver, marrow, intestine, stem cells.
_SAME_ORGAN = {
    "Z940": "T861",
    "Z941": "T862",
    "Z942": "T8681",
    "Z943": "T863",
    "Z944": "T864",
    "Z9481": "T860",
    "Z9482": "T8685",
    "Z9484": "T865",
}


@guideline("encounters.transplant_status", "I.C.21.c.3", codes=("Z94",), override="reason")
def transplant_status(case: Case) -> Iterator[Found]:
    """A transplant status is not coded with a complication of the same organ, which says it already."""
    for status, complication in _SAME_ORGAN.items():
        held, complicated = case.has(status), case.has(complication)
        if held and complicated:
            message = f"{point(held)} is not coded with {point(complicated)}, which already says what was transplanted."
            yield Found(message, (held, complicated))


#: I.C.21.c.14.
_NONSPECIFIC = ("Z029", "Z049", "Z139", "Z419", "Z529", "Z8659", "Z889", "Z920")


@guideline("encounters.nonspecific", "I.C.21.c.14", severity="info", classes=INPATIENT_CLASSES, codes=_NONSPECIFIC)
def nonspecific(case: Case) -> Iterator[Found]:
    """Nonspecific Z codes have little justification on an inpatient stay."""
    for code in case.those(*_NONSPECIFIC):
        yield Found(f"{point(code)} is nonspecific and seldom justified on an inpatient stay.", (code,))


@guideline(
    "encounters.tpa_elsewhere",
    "I.C.21.c.3",
    severity="warn",
    classes=INPATIENT_CLASSES,
    looks_at=("diagnoses", "point_of_origin"),
)
def tpa_elsewhere(case: Case) -> Iterator[Found]:
    """Z92.82 is for the receiving hospital: the patient came by transfer."""
    origin = case.facts.point_of_origin
    if case.has("Z9282") and origin == "1":
        yield Found("Z92.82 says that tPA was given elsewhere before a transfer; the point of origin is 1.", ("Z9282",))
