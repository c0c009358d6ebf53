"""Condition 4: the Medicare Code Editor, one rule for each of its edits.

Coverage edits state what Medicare covers and do not touch other payers; data edits are for everyone.
"""

import datetime
from collections.abc import Iterable

from coding_workflow.guidelines.anchoring import EDITS, Anchors
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES
from coding_workflow.guidelines.registry import Found, Rule, register
from coding_workflow.guidelines.words import point, spoken

#: CMS's name -> number in the editor's manual, and the sentence; {} is the code.
DATA_EDITS = {
    "INVALID_CODE": ("1", "{} is not a valid code on the discharge date."),
    "INVALID_ADMIT_DX": ("1", "The admitting diagnosis {} is not a valid code."),
    "E_CODE_AS_PDX": ("2", "{} is an external cause and cannot be the principal diagnosis."),
    "DUPLICATE_OF_PDX": ("3", "{} repeats the principal diagnosis."),
    "AGE_CONFLICT": ("4", "{} does not fit the patient's age."),
    "TYPE_OF_AGE_CONFLICT": ("4", "{} does not fit the patient's age."),
    "MANIFESTATION_AS_PDX": ("6", "{} is a manifestation and cannot be the principal diagnosis."),
    "NONSPECIFIC_PDX": ("7", "{} is not specific enough for a principal diagnosis."),
    "UNACCEPTABLE_PDX": ("9", "{} is not acceptable as principal diagnosis."),
    "REQUIRES_SDX": ("9", "{} as principal diagnosis requires a secondary diagnosis."),
    "INVALID_AGE": ("14", "The patient's age is missing or not possible."),
    "INVALID_SEX": ("15", "The patient's sex is missing or not a claim value."),
    "INVALID_DISCHARGE_STATUS": ("16", "The discharge status is missing or not valid."),
    "INVALID_DISCHARGE_DATE": ("16", "The discharge date is not valid for the editor."),
    "WRONG_PROCEDURE_PERFORMED": ("18", "{} reports a wrong procedure performed; bill it as a no-pay claim."),
    "UNSPECIFIED": ("20", "{} leaves the side unspecified; code the side, or state why it cannot be determined."),
    "INVALID_POA": ("1", "{} has a present-on-admission indicator that is not valid."),
}
#: Deactivated by CMS from this discharge date on; before it a claim with condition code 45 passed.
SEX_CONFLICT, SEX_CONFLICT_UNTIL = "SEX_CONFLICT", datetime.date(2024, 10, 1)
#: First discharges whose unspecified side the editor asks about.
UNSPECIFIED_FROM = datetime.date(2022, 4, 1)
COVERAGE_EDITS = {
    "QUESTIONABLE_ADMISSION": ("8", "{} alone is a questionable reason for an inpatient stay."),
    "QUESTIONABLE_OBSTETRIC_ADMISSION": ("8", "{}: a delivery procedure without an outcome of delivery."),
    "NON_COVERED": ("11", "{} is not covered by Medicare."),
    "OPEN_BIOPSY": ("12", "{} may be an open biopsy."),
    "BILATERAL": ("13", "{} may be bilateral."),
    "NONSPECIFIC_OR": ("10", "{} is a nonspecific procedure."),
    "MEDICARE_IS_SECONDARY_PAYER": ("17", "{}: Medicare may be the secondary payer."),
    "LIMITED_COVERAGE": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_KIDNEY": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_LIVER": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_PANCREAS": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_INTESTINE": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_LVRS": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_HEART_IMPLANT": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_HEART_TRANSPLANT": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_LUNG_TRANSPLANT": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_ARTIFICIAL_HEART": ("17", "{} has limited Medicare coverage."),
    "LIMITED_COVERAGE_COMBINATION_HEART_LUNG": ("17", "{} has limited Medicare coverage."),
}
#: Medicare, and accounts whose payer was not given: the editor is Medicare's.
_COVERED_PAYERS = frozenset({"medicare", ""})
_WHERE = {"discharge_status": "claim_elements", "age": "registration", "sex": "registration"}
#: Ventilation of more than 96 consecutive hours, and the shortest stay that can hold it. The grouper is given no stay.
LONG_VENTILATION, VENTILATED_DAYS = "5A1955Z", 4
_KNOWN = {*DATA_EDITS, *COVERAGE_EDITS, SEX_CONFLICT}


def _findings(case: Case, name: str, sentence: str) -> list[Found]:
    return [_found(subject, sentence) for subject in case.editor.get(name, ())]


def _found(subject: str, sentence: str) -> Found:
    fix = _WHERE.get(subject, "")
    return Found(sentence.format(point(subject)), (subject,), fix=fix, owner="patient_access" if fix else "")


def _edit(name: str, number: str, sentence: str, *, coverage: bool) -> Rule:
    def judge(case: Case) -> Iterable[Found]:
        return _findings(case, name, sentence)

    return Rule(
        id=f"mce.{name.lower()}",
        judge=judge,
        condition=4,
        reference=f"MCE {number}",
        classes=INPATIENT_CLASSES,
        payers=_COVERED_PAYERS if coverage else frozenset(),
        looks_at=("diagnoses", "procedures", "patient"),
        override="reason" if coverage or name == "UNSPECIFIED" else "none",
        starts=UNSPECIFIED_FROM if name == "UNSPECIFIED" else None,
        anchors=_when_edited(name),
    )


def _when_edited(name: str) -> Anchors:
    """Asked of accounts that have the edit; most have none."""
    return Anchors(frozenset((EDITS + name,)))


def _unlisted(case: Case) -> Iterable[Found]:
    for edit, subject in case.grouping.mce if case.grouping else ():
        if edit not in _KNOWN:
            yield Found(f"The Medicare Code Editor reports {spoken(edit.lower())} for {point(subject)}.", (subject, edit))


def _sex_conflict(case: Case) -> Iterable[Found]:
    return () if "45" in case.facts.condition_codes else _findings(case, SEX_CONFLICT, "{} and the recorded sex differ.")


def _length_of_stay(case: Case) -> Iterable[Found]:
    days = case.length_of_stay
    done = any(procedure.code == LONG_VENTILATION for procedure in case.facts.procedures)
    if done and days is not None and days < VENTILATED_DAYS:
        length = "1 day" if days == 1 else f"{days} days"
        message = f"{LONG_VENTILATION} is ventilation of more than 96 hours; the stay is {length} long."
        yield Found(message, (LONG_VENTILATION,), fix="procedures")


for _name, (_number, _sentence) in DATA_EDITS.items():
    register(_edit(_name, _number, _sentence, coverage=False))
for _name, (_number, _sentence) in COVERAGE_EDITS.items():
    register(_edit(_name, _number, _sentence, coverage=True))
_ABOUT = ("diagnoses", "procedures", "patient")
register(
    Rule(
        "mce.sex_conflict",
        _sex_conflict,
        4,
        "MCE 5",
        version=2,
        classes=INPATIENT_CLASSES,
        looks_at=(*_ABOUT, "condition_codes"),
        override="reason",
        ends=SEX_CONFLICT_UNTIL,
        anchors=_when_edited(SEX_CONFLICT),
    )
)
_STAY = ("procedures", "admit_date", "discharge_date")
register(
    Rule(
        "mce.inconsistent_with_length_of_stay",
        _length_of_stay,
        4,
        "MCE 19",
        version=2,
        classes=INPATIENT_CLASSES,
        looks_at=_STAY,
        override="reason",
    )
)
register(Rule("mce.unlisted", _unlisted, 4, "MCE", classes=INPATIENT_CLASSES, looks_at=_ABOUT))
