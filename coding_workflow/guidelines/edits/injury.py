"""Condition 4: drugs that harmed, and external causes (I.C.19.e, I.C.20)."""

from collections import Counter
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import point

EXTERNAL_CAUSES = ("V", "W", "X", "Y")
_ADVERSE, _UNDERDOSING = "5", "6"


def drug_intent(code: str) -> str:
    """The intent character of a T36-T50 code: 1-4 poisoning, 5 adverse effect, 6 underdosing; empty for other codes."""
    if not "T36" <= code[:3] <= "T50" or len(code) < 6:
        return ""
    # Categories whose subcategories are full at the fifth character keep the intent there, with X after it.
    return code[4] if code[5] == "X" else code[5]


@rule("injury.adverse_effect_order", condition=4, reference="ICD-10-CM Official Guidelines I.C.19.e.5.a, c")
def adverse_effect_order(case: Case) -> Iterator[Found]:
    """The nature of an adverse effect or of the condition behind underdosing is sequenced before the drug."""
    if case.principal is None:
        return
    code, intent = case.principal.code, drug_intent(case.principal.code)
    if intent == _ADVERSE:
        yield Found(f"{point(code)} names the drug; the nature of the adverse effect is sequenced first.", (code,))
    elif intent == _UNDERDOSING:
        yield Found(f"{point(code)} is underdosing and is never first.", (code,))


@rule(
    "injury.external_cause_first", condition=4, reference="ICD-10-CM Official Guidelines I.C.20.a.6", classes=OUTPATIENT_CLASSES
)
def external_cause_first(case: Case) -> Iterator[Found]:
    """An external cause is never first-listed; inpatient stays have the Medicare Code Editor for it."""
    if case.principal and case.principal.code.startswith(EXTERNAL_CAUSES):
        yield Found(f"{point(case.principal.code)} is an external cause and cannot be first-listed.", (case.principal.code,))


@rule("injury.place_once", condition=4, reference="ICD-10-CM Official Guidelines I.C.20.b-c", severity="warn")
def place_once(case: Case) -> Iterator[Found]:
    """Place, activity and status of an external cause are reported once."""
    counted = Counter(code[:3] for code in case.codes if code.startswith(("Y92", "Y93", "Y99")))
    for category, times in sorted(counted.items()):
        if times > 1:
            yield Found(f"{category}.- is reported {times} times; once is enough.", (category,))
