"""Condition 4: hypertension, myocardial infarction and stroke (I.C.9)."""

import datetime
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES
from coding_workflow.guidelines.patterns import INFO, REASON, WARN, Terms, apart, needs, present_at_admission
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

#: Heart conditions that the classification presumes to be due to hypertension (I.C.9.a.1).
HEART = ("I50", "I514", "I515", "I517", "I5189", "I519")
KIDNEY = ("N18",)
_BOTH = "hypertensive heart and chronic kidney disease"
#: Hypertension code present, what it must be joined with, and the category that says both.
_COMBINED = (
    ("I10", HEART, KIDNEY, "I13", _BOTH),
    ("I11", KIDNEY, (), "I13", _BOTH),
    ("I12", HEART, (), "I13", _BOTH),
    ("I11", ("I12",), (), "I13", _BOTH),
    ("I10", HEART, (), "I11", "hypertensive heart disease"),
    ("I10", KIDNEY, (), "I12", "hypertensive chronic kidney disease"),
)
#: Type 1 infarctions with their ST segment, and those of other types.
_STEMI, _OTHER_TYPES = ("I210", "I211", "I212", "I213"), ("I21A",)
_CORONARY = ("I251", "I257", "I258", "I259")


@guideline("circulatory.hypertension_combined", "I.C.9.a.1-3", version=2, override="reason", codes=("I10", "I11", "I12"))
def hypertension_combined(case: Case) -> Iterator[Found]:
    """Hypertension with heart or chronic kidney disease is one combination code, unless documented as unrelated."""
    for hypertension, first, second, category, words in _COMBINED:
        present = case.has(hypertension)
        others = [case.has(*group) for group in (first, second) if group] if present else []
        if present and all(others) and not case.has(category):
            joined = " and ".join(point(code) for code in others)
            message = f"Hypertension with {joined} is coded as {words} ({category}.-), sequenced before them."
            yield Found(message, (present, *others))
            return


@guideline("circulatory.hypertension_order", "I.C.9.a.1-3", codes=("I110", "I130", "I132"))
def hypertension_order(case: Case) -> Iterator[Found]:
    """The combination code comes before the heart failure that it names."""
    combined, failure = case.position("I110", "I130", "I132"), case.position("I50")
    if combined is not None and failure is not None and failure < combined:
        before, after = case.diagnoses[combined].code, case.diagnoses[failure].code
        yield Found(f"{point(before)} must be sequenced before {point(after)}.", (before, after))


apart(
    "circulatory.hypertension_twice",
    "I.C.9.a, I.B.9",
    "Essential hypertension is part of hypertensive heart and kidney disease.",
    ("I10",),
    ("I11", "I12", "I13"),
    "{0} is already in {1}.",
)
apart(
    "circulatory.hypertensive_parts",
    "I.C.9.a.3",
    "I13 includes I11 and I12.",
    ("I13",),
    ("I11", "I12"),
    "{0} includes {1}.",
)

#: Code of hypertensive disease -> the stages of kidney disease and whether heart failure go with it.
_LATE_STAGES, _EARLY_STAGES = ("N185", "N186"), ("N181", "N182", "N183", "N184", "N189")
_STAGED = (
    (("I120", "I1311", "I132"), _EARLY_STAGES, "stage 5 or end stage disease"),
    (("I129", "I130", "I1310"), _LATE_STAGES, "stage 1 to 4 or unspecified disease"),
)


@guideline("circulatory.kidney_stage", "I.C.9.a.2-3", codes=("I12", "I13"))
def kidney_stage(case: Case) -> Iterator[Found]:
    """The stage in the hypertension code is that of the kidney disease code."""
    for codes, others, words in _STAGED:
        hypertension, stage = case.has(*codes), case.has(*others)
        if hypertension and stage:
            yield Found(f"{point(hypertension)} is {words} and {point(stage)} is another stage.", (hypertension, stage))


apart(
    "circulatory.without_heart_failure",
    "I.C.9.a.1, I.C.9.a.3",
    "Hypertensive heart disease without heart failure does not stand beside heart failure.",
    ("I119", "I1310", "I1311"),
    ("I50",),
    "{0} is without heart failure and {1} is heart failure.",
    REASON,
)
needs(
    "circulatory.crisis",
    "I.C.9.a.10",
    "A hypertensive crisis comes with the hypertensive disease that was identified.",
    ("I16",),
    ("I10", "I11", "I12", "I13", "I15", "O10", "O11", "O13", "O14", "O16"),
    "{0} is coded without a hypertensive disease.",
    WARN,
)
needs(
    "circulatory.resistant",
    "I.C.9.a.12",
    "Resistant hypertension is added to the type of hypertension, where that is known.",
    ("I1A0",),
    ("I10", "I11", "I12", "I13", "I15", "O10", "O11"),
    "{0} is added to the type of hypertension, which is not coded.",
    Terms(severity="warn", starts=datetime.date(2023, 10, 1)),
)


@guideline("circulatory.infarction_first", "I.C.9.b", override="reason", classes=INPATIENT_CLASSES, codes=("I21", "I22"))
def infarction_first(case: Case) -> Iterator[Found]:
    """Coronary disease admitted for an infarction: the infarction is sequenced first."""
    first = case.principal
    if first is None or not first.code.startswith(_CORONARY):
        return
    for later in case.secondary:
        if later.code.startswith(("I21", "I22")) and later.poa in ("Y", "W"):
            message = f"{point(later.code)} was present on admission and is sequenced before {point(first.code)}."
            yield Found(message, (later.code, first.code))
            return


needs(
    "circulatory.subsequent_infarction",
    "I.C.9.e.4",
    "A subsequent infarction is used with the initial one.",
    ("I22",),
    ("I21",),
    "{0} is a subsequent infarction; the initial one of category I21 is not coded.",
)


@guideline("circulatory.subsequent_type", "I.C.9.e.4", codes=("I22",))
def subsequent_type(case: Case) -> Iterator[Found]:
    """Category I22 is for two infarctions of type 1 or unspecified type."""
    subsequent, initial = case.has("I22"), case.those("I21")
    if subsequent and initial and all(code.startswith(_OTHER_TYPES) for code in initial):
        yield Found(
            f"{point(subsequent)} is not used when the initial infarction is {point(initial[0])}.", (subsequent, initial[0])
        )


apart(
    "circulatory.old_infarction",
    "I.C.9.e.1",
    "An old infarction is healed and older than four weeks.",
    ("I252",),
    ("I21", "I22"),
    "{0} is an old infarction and {1} one of the last four weeks; both only if there were two.",
    INFO,
)
apart(
    "circulatory.demand_ischemia",
    "I.C.9.e.5",
    "Demand ischemia is not added to a type 2 infarction.",
    ("I21A1",),
    ("I2489",),
    "{0} is a type 2 infarction; {1} is not assigned for the demand ischemia.",
    REASON,
)
apart(
    "circulatory.infarction_evolved",
    "I.C.9.e.1",
    "An infarction that turns from NSTEMI into STEMI is one STEMI code.",
    ("I214",),
    _STEMI,
    "{0} and {1}: an infarction that evolves to STEMI is coded as STEMI only.",
    REASON,
)
apart(
    "circulatory.infarction_unspecified",
    "I.C.9.e.2",
    "The unspecified infarction is the default where no type or site is known.",
    ("I219",),
    ("I210", "I211", "I212", "I213", "I214", "I21A"),
    "{0} is unspecified and {1} says more.",
    WARN,
)


@guideline(
    "circulatory.hypertensive_stroke", "I.C.9.a.4", codes=("I60", "I61", "I62", "I63"), severity="warn", classes=INPATIENT_CLASSES
)
def hypertensive_stroke(case: Case) -> Iterator[Found]:
    """Hypertensive cerebrovascular disease: the cerebrovascular code comes first."""
    first, at = case.principal, case.position("I60", "I61", "I62", "I63")
    if first and at and first.code.startswith(("I10", "I15", "I16")) and present_at_admission(case.diagnoses[at], case):
        code = case.diagnoses[at].code
        yield Found(f"{point(code)} is sequenced before {point(first.code)}.", (code, first.code))
