"""Condition 4: chronic kidney disease, dialysis and transplant (I.C.14.a)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.patterns import INFO, REASON, apart, needs
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import listed, point


@guideline("renal.one_stage", "I.C.14.a.1", codes=("N18",))
def one_stage(case: Case) -> Iterator[Found]:
    """Chronic kidney disease has one stage; end stage disease is coded alone."""
    stages = case.those("N18")
    if len(stages) > 1:
        yield Found(f"{listed([point(code) for code in stages])} are stages of one kidney disease; one is coded.", stages)


apart(
    "renal.dialysis_stage",
    "I.C.14.a.1",
    "Kidney disease that needs chronic dialysis is end stage disease.",
    ("Z992",),
    ("N181", "N182", "N183", "N184", "N185"),
    "{0} is dependence on dialysis and {1} an earlier stage of kidney disease.",
    REASON,
)
needs(
    "renal.dialysis_status",
    "I.C.14.a.1",
    "End stage disease carries dialysis status where the patient is on dialysis.",
    ("N186",),
    ("Z992", "Z49", "Z9115", "Z940", "T861"),
    "{0} is coded without dialysis status; add it if the patient is on dialysis.",
    INFO,
)
