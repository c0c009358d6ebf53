"""Condition 4: symptoms beside their disease (I.B.5, I.C.18, II.A). What is routine for one is judgement: information only."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

#: Symptom -> diseases that it routinely comes with.
_ROUTINE = (
    (("R071", "R0789", "R079"), ("I20", "I21", "I22")),
    (("R05", "R060"), ("J12", "J13", "J14", "J15", "J16", "J18", "J20", "J21", "J440", "J441", "J45", "J960", "J962")),
    (("R060",), ("I50", "I110", "I130", "I132")),
    (("R509",), ("A40", "A41", "J12", "J13", "J14", "J15", "J16", "J18", "N10", "K35", "L03")),
    (("R10",), ("K35", "K37", "K80", "K81", "K85", "K57", "N20")),
    (("R112",), ("A08", "A09", "K52")),
    (("R569",), ("G40",)),
    (("R31",), ("N20", "N21")),
)


@guideline("symptoms.integral", "I.B.5, II.A", codes=("R",), severity="info")
def integral(case: Case) -> Iterator[Found]:
    """A symptom that routinely comes with a coded disease is not added, and is not first."""
    for symptoms, diseases in _ROUTINE:
        symptom, disease = case.has(*symptoms), case.has(*diseases)
        if symptom and disease:
            message = f"{point(symptom)} routinely comes with {point(disease)}; it is coded only if it is not part of it."
            yield Found(message, (symptom, disease))


@guideline("symptoms.unknown_cause_of_death", "I.C.18.h", codes=("R99",), override="reason", classes=INPATIENT_CLASSES)
def unknown_cause_of_death(case: Case) -> Iterator[Found]:
    """R99 is for a patient who was brought in dead; it is no discharge disposition."""
    if case.has("R99"):
        yield Found("R99 is for a patient pronounced dead on arrival, not for an inpatient stay.", ("R99",))
