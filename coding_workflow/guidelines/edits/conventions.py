"""Condition 4: conventions of the tabular list: Excludes1, code first, use additional, manifestations."""

from collections.abc import Iterator
from itertools import combinations

from coding_workflow.guidelines.case import NO_NOTES, Case
from coding_workflow.guidelines.facts import VISIT_CLASSES
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.tables import NotesAnswer
from coding_workflow.guidelines.words import listed, point

from .injury import drug_intent
from .substances import ONE_SUBSTANCE

#: Pairs that are reported together whatever else is documented: code -> its companion. Other *use additional* notes depend
#: on the record; holding for each of them would flood the coder.
INSEPARABLE = (
    (("I110", "I130", "I132"), ("I50",), "the type of heart failure (I50.-)"),
    (("I12", "I13", "E0822", "E0922", "E1022", "E1122", "E1322"), ("N18",), "the stage of chronic kidney disease (N18.-)"),
)


#: Hypertension with heart failure, and the failure that it names: ``circulatory.hypertension_order`` says which comes first.
_HYPERTENSIVE_FAILURE = (("I50",), ("I110", "I130", "I132"))
#: Pairs that exclude each other and have a rule of their own, which asks for more than a reason: HIV status, category R65, and
#: use, abuse and dependence of one substance.
_OWN_RULE = (("B20", "Z21", "R75"), ("R65",), *((substance,) for substance in ONE_SUBSTANCE))


@guideline("icd10cm.excludes1", "I.A.12.a", version=2, override="reason")
def excludes1(case: Case) -> Iterator[Found]:
    """Two codes that exclude each other; released with a reason where the two conditions are unrelated."""
    if all(case.beginnings.isdisjoint(notes.excludes1) for notes in case.notes.values()):
        return
    notes = {code: case.notes[code].excludes1 for code in sorted(case.notes)}
    for first, second in combinations(notes, 2):
        if any(first.startswith(own) and second.startswith(own) for own in _OWN_RULE):
            continue
        if second.startswith(notes[first]) or first.startswith(notes[second]):
            yield Found(
                f"{point(first)} and {point(second)} exclude each other (Excludes1) unless the two conditions are unrelated.",
                (first, second),
            )


@guideline("icd10cm.code_first", "I.A.13, I.B.7", version=3)
def code_first(case: Case) -> Iterator[Found]:
    """What a code says to code first stands before it; a manifestation has its cause before it.

    "Code first poisoning" means the intents 1 to 4; the drug of an adverse effect or of underdosing is sequenced after.
    """
    for at, diagnosis in enumerate(case.diagnoses if case.notes else ()):
        notes = case.notes[diagnosis.code]
        if not notes.manifestation and case.beginnings.isdisjoint(notes.code_first):
            continue
        before = [each.code for each in case.diagnoses[:at]]
        after = [each.code for each in case.diagnoses[at + 1 :] if _goes_first(each.code, notes, diagnosis.code)]
        if _has_own_order(diagnosis.code) or any(code.startswith(notes.code_first) for code in before):
            continue
        if after:
            yield Found(f"{point(after[0])} must be sequenced before {point(diagnosis.code)}.", (diagnosis.code, after[0]))
        elif notes.manifestation and at:
            yield Found(f"{point(diagnosis.code)} is a manifestation; its cause must be coded before it.", (diagnosis.code,))


def _has_own_order(code: str) -> bool:
    """Severe sepsis and drug codes: their notes depend on intent and name examples; ``infection`` and ``injury`` judge them."""
    return code.startswith("R65") or bool(drug_intent(code))


def _goes_first(code: str, notes: NotesAnswer, before: str) -> bool:
    failure, hypertension = _HYPERTENSIVE_FAILURE
    if before.startswith(failure) and code.startswith(hypertension):
        return False
    return code.startswith(notes.code_first) and drug_intent(code) not in ("5", "6")


@guideline("icd10cm.manifestation_first", "I.A.13", classes=VISIT_CLASSES)
def manifestation_first(case: Case) -> Iterator[Found]:
    """A manifestation is never first-listed; inpatient stays have the Medicare Code Editor for it."""
    if case.principal and case.notes.get(case.principal.code, NO_NOTES).manifestation:
        yield Found(f"{point(case.principal.code)} is a manifestation and cannot be first-listed.", (case.principal.code,))


@guideline("icd10cm.use_additional", "I.A.13, I.C.9.a, I.C.4.a")
def use_additional(case: Case) -> Iterator[Found]:
    """Inseparable pairs: heart failure and kidney disease codes that need their companion."""
    for codes, companions, what in INSEPARABLE:
        if case.has(*codes) and not case.has(*companions):
            present = [code for code in sorted(set(case.codes)) if code.startswith(codes)]
            yield Found(f"{listed([point(code) for code in present])} needs a further code for {what}.", tuple(present))
