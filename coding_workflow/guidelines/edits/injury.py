"""Condition 4: drugs that harmed, abuse, and injuries of one place (I.C.19)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES
from coding_workflow.guidelines.patterns import REASON, WARN, Terms, apart, present_at_admission
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

from .characters import SEQUELA

_POISONING, _ADVERSE, _UNDERDOSING = "1234", "5", "6"
#: What poisonings and toxic effects look like: respiratory failure, altered consciousness, seizure, vomiting.
_MANIFESTATIONS = ("J960", "J962", "R400", "R401", "R4020", "R4182", "R55", "R569", "R11")


def drug_intent(code: str) -> str:
    """The intent character of a T36-T65 code: 1-4 poisoning, 5 adverse effect, 6 underdosing; empty for other codes."""
    if not "T36" <= code[:3] <= "T65" or len(code) < 6:
        return ""
    # Categories whose subcategories are full at the fifth character keep the intent there, with X after it.
    return code[4] if code[5] == "X" else code[5]


@guideline("injury.adverse_effect_order", "I.C.19.e.5.a, c", version=2, codes=("T3", "T4", "T5", "T6"))
def adverse_effect_order(case: Case) -> Iterator[Found]:
    """The nature of an adverse effect or of the condition behind underdosing is sequenced before the drug."""
    if case.principal is None:
        return
    code, intent = case.principal.code, drug_intent(case.principal.code)
    if intent == _ADVERSE:
        yield Found(f"{point(code)} names the drug; the nature of the adverse effect is sequenced first.", (code,))
    elif intent == _UNDERDOSING:
        yield Found(f"{point(code)} is underdosing and is never first.", (code,))


@guideline("injury.poisoning_first", "I.C.19.e.5.b, d, I.C.10.b.1", codes=("T",), override="reason")
def poisoning_first(case: Case) -> Iterator[Found]:
    """A poisoning or toxic effect is sequenced before what it did; told only for its typical manifestations."""
    first = case.principal
    if first is None or not first.code.startswith(_MANIFESTATIONS) or not present_at_admission(first, case):
        return
    for later in case.secondary:
        intent = drug_intent(later.code)
        if intent and intent in _POISONING and later.code[-1:] != SEQUELA and present_at_admission(later, case):
            yield Found(
                f"{point(later.code)} is sequenced before its manifestation {point(first.code)}.", (later.code, first.code)
            )
            return


@guideline("injury.abuse_order", "I.C.19.f", codes=("T74", "T76"), override="reason")
def abuse_order(case: Case) -> Iterator[Found]:
    """Abuse, neglect and maltreatment are sequenced before the injuries and mental conditions that accompany them."""
    first, at = case.principal, case.position("T74", "T76")
    if first and at and first.code.startswith(("S", "F")):
        code = case.diagnoses[at].code
        yield Found(f"{point(code)} is sequenced before {point(first.code)}.", (code, first.code))


apart(
    "injury.suspected_abuse_cause",
    "I.C.19.f",
    "Suspected abuse carries no code of assault and none of a perpetrator.",
    ("T76",),
    ("X92", "X93", "X94", "X95", "X96", "X97", "X98", "X99", "Y00", "Y01", "Y02", "Y03", "Y04", "Y07", "Y08"),
    "{0} is suspected abuse; {1} is for confirmed abuse only.",
    REASON,
)


@guideline("injury.unspecified_multiple", "I.C.19.b", codes=("T07",), severity="warn", classes=INPATIENT_CLASSES)
def unspecified_multiple(case: Case) -> Iterator[Found]:
    """Unspecified multiple injuries are not coded for an inpatient where the injuries are known."""
    code = case.has("T07")
    if code and any(other.startswith("S") for other in case.codes):
        yield Found(f"{point(code)} is unspecified and single injuries are coded.", (code,))


apart(
    "injury.osteoporotic_fracture",
    "I.C.13.d.2, I.C.19.c.1",
    "A patient with osteoporosis who breaks a bone in a minor fall has an osteoporotic fracture; the record decides.",
    ("M80", "M81"),
    ("S22", "S32", "S42", "S52", "S62", "S72", "S82"),
    "{0} and the traumatic fracture {1} stand together; a minor fall with osteoporosis is coded from M80.",
    Terms(severity="info"),
)
apart(
    "injury.burn_unspecified_region",
    "I.C.19.d.5",
    "A burn of an unspecified region is not coded beside burns whose site is known.",
    ("T30",),
    ("T20", "T21", "T22", "T23", "T24", "T25"),
    "{0} leaves the region unspecified and {1} names one.",
    WARN,
)
