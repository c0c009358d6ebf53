"""Condition 4: uncertain diagnoses, read in the words of the linked passage (II.H, III.C, IV.H)."""

import re
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES, VISIT_CLASSES, Diagnosis
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

#: The terms of II.H and IV.H and what providers write for them. "Ruled out" is certain and is no match.
_UNCERTAIN = re.compile(
    r"\b(probabl[ey]|possibl[ey]|suspect(?:ed|s)?|suspicion of|questionable|likely|still to be ruled out|rule[ -]out|r/o"
    r"|compatible with|consistent with|indicative of|suggestive of|comparable with|appears to be|concern for"
    r"|working diagnosis|presumed)\b",
    re.IGNORECASE,
)
#: Signs, symptoms and encounter reasons are what an outpatient without a certain diagnosis is coded with.
_CERTAIN_ENOUGH = ("R", "Z")
#: Inpatient exceptions: HIV, Zika, COVID-19, novel and other identified influenza are coded only when confirmed
#: (I.C.1.a, f, g; I.C.10.c).
_CONFIRMED_ONLY = ("B20", "Z21", "A925", "U071", "J09", "J10")


def uncertain_term(diagnosis: Diagnosis) -> str:
    """The uncertain term in the passages of a code, if every passage that was quoted has one."""
    quotes = [evidence.quote for evidence in diagnosis.evidence if evidence.quote]
    terms = [_UNCERTAIN.search(quote) for quote in quotes]
    return terms[0].group(0).lower() if terms and terms[0] and all(terms) else ""


def _found(diagnosis: Diagnosis, setting: str) -> Iterator[Found]:
    term = uncertain_term(diagnosis)
    if term:
        yield Found(f'The passage for {point(diagnosis.code)} says "{term}"; {setting}.', (diagnosis.code,))


@guideline("icd10cm.uncertain_outpatient", "IV.H", classes=VISIT_CLASSES)
def uncertain_outpatient(case: Case) -> Iterator[Found]:
    """Outpatients: an uncertain diagnosis is not coded; code the sign, symptom or reason for the visit."""
    for diagnosis in case.diagnoses:
        if not diagnosis.code.startswith(_CERTAIN_ENOUGH):
            yield from _found(diagnosis, "an outpatient is coded to the highest degree of certainty, here the sign or symptom")


@guideline(
    "icd10cm.uncertain_inpatient", "II.H, I.C.1.a.1, I.C.1.f.1, I.C.1.g.1.a, I.C.10.c", version=2, classes=INPATIENT_CLASSES
)
def uncertain_inpatient(case: Case) -> Iterator[Found]:
    """Inpatients: uncertain diagnoses at discharge are coded, but for those that must be confirmed."""
    for diagnosis in case.diagnoses:
        if diagnosis.code.startswith(_CONFIRMED_ONLY):
            yield from _found(diagnosis, "it is coded only when confirmed")
