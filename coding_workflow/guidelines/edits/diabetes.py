"""Condition 4: diabetes mellitus (I.C.4.a, I.C.15.i)."""

import datetime
import re
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.patterns import Terms, apart, not_first, ordered
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

from .injury import drug_intent

DIABETES = ("E08", "E09", "E10", "E11", "E13")
_DRUGS = ("Z794", "Z7984", "Z7985")
#: Order of E13 and E89.1 as in the Guidelines of fiscal year 2026.
_FY_2026 = datetime.date(2025, 10, 1)
_TEMPORARY = re.compile(
    r"\b(temporar(?:y|ily)|sliding[ -]scale|while (?:in hospital|inpatient|hospitali[sz]ed))\b", re.IGNORECASE
)
#: What the Index joins to diabetes by "with", and the ends of the codes that say both.
_WITH = (
    ("N18", ("21", "22", "29"), "chronic kidney disease", None),
    ("K3184", ("43",), "gastroparesis", "warn"),
    ("L97", ("621", "622"), "ulcer", "warn"),
    ("R739", ("65",), "hyperglycemia", "warn"),
    ("E162", ("641", "649"), "hypoglycemia", "warn"),
)


@guideline("diabetes.with", "I.A.15, I.C.4.a", codes=DIABETES, override="reason")
def diabetes_with(case: Case) -> Iterator[Found]:
    """Diabetes and what the Index joins to it are one combination code, unless documented as unrelated."""
    diabetes = case.has(*DIABETES)
    for other, ends, words, severity in _WITH if diabetes else ():
        present = case.has(other)
        combined = tuple(f"{category}{end}" for category in DIABETES for end in ends)
        if present and not case.has(*combined):
            message = (
                f"{point(diabetes)} and {point(present)}: diabetes with {words} has a combination code unless they are unrelated."
            )
            yield Found(message, (diabetes, present), severity="warn" if severity else None)


@guideline("diabetes.without_complication", "I.C.4.a", codes=DIABETES, override="reason")
def without_complication(case: Case) -> Iterator[Found]:
    """Diabetes without complications does not stand beside the same type with one."""
    for category in DIABETES:
        bare, complicated = case.has(f"{category}9"), case.has(*(f"{category}{digit}" for digit in range(9)))
        if bare and complicated:
            yield Found(f"{point(bare)} is without complications and {point(complicated)} names one.", (bare, complicated))


apart(
    "diabetes.gestational_drugs",
    "I.C.15.i",
    "Codes of gestational diabetes say how it is controlled; no drug code is added.",
    ("O244",),
    _DRUGS,
    "{0} says how gestational diabetes is controlled; {1} is not assigned with it.",
)
apart(
    "diabetes.gestational_alone",
    "I.C.15.i",
    "No other code of category O24 is used with gestational diabetes.",
    ("O244",),
    ("O240", "O241", "O243", "O248", "O249"),
    "{0} is gestational diabetes; {1} is not used with it.",
)


@guideline("diabetes.temporary_insulin", "I.C.4.a.3", codes=("Z794",), severity="warn")
def temporary_insulin(case: Case) -> Iterator[Found]:
    """Insulin given for a time to bring the sugar under control is no long-term use; told by the words of the linked passage."""
    for diagnosis in case.diagnoses:
        said = next((found for each in diagnosis.evidence if (found := _TEMPORARY.search(each.quote))), None)
        if diagnosis.code == "Z794" and said:
            yield Found(f'The passage for Z79.4 says "{said.group(0).lower()}"; the code is for long-term insulin.', ("Z794",))


not_first(
    "diabetes.underlying_first",
    "I.C.4.a.6.b",
    "Diabetes due to an underlying condition follows the condition.",
    ("E08",),
    "{0} is sequenced after the condition that causes it.",
)


@guideline("diabetes.drug_induced_order", "I.C.4.a.6.b", codes=("E09",))
def drug_induced_order(case: Case) -> Iterator[Found]:
    """Drug-induced diabetes follows a poisoning and precedes the drug of an adverse effect."""
    at = case.position("E09")
    for other, diagnosis in enumerate(case.diagnoses if at is not None else ()):
        intent = drug_intent(diagnosis.code)
        first, second = (diagnosis.code, case.diagnoses[at or 0].code)
        if intent and intent in "1234" and other > (at or 0):
            yield Found(f"{point(first)} is sequenced before {point(second)}.", (first, second))
        elif intent == "5" and other < (at or 0):
            yield Found(f"{point(second)} is sequenced before {point(first)}.", (second, first))


ordered(
    "diabetes.after_pancreatectomy",
    "I.C.4.a.6.b",
    "Diabetes after removal of the pancreas: E13 is sequenced before the hypoinsulinemia.",
    ("E13",),
    ("E891",),
    "{0} is sequenced before {1} in diabetes after pancreatectomy.",
    Terms(override="reason", starts=_FY_2026),
)
