"""Condition 4: neoplasms (I.C.2)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.patterns import REASON, WARN, apart, needs
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

MALIGNANT = "C"
_NEOPLASMS = (MALIGNANT, "D0", "D1", "D2", "D3", "D4")

needs(
    "neoplasm.therapy_needs_neoplasm",
    "I.C.2.e.2",
    "An encounter for chemotherapy, immunotherapy or radiotherapy carries the neoplasm that is treated.",
    ("Z510", "Z511"),
    (*_NEOPLASMS, "Z85"),
    "{0} is coded without the neoplasm that is treated.",
    REASON,
)


@guideline("neoplasm.anemia_order", "I.C.2.c.1, I.C.2.l.4", codes=("D630",))
def anemia_order(case: Case) -> Iterator[Found]:
    """Anemia in neoplastic disease follows the malignancy, also when only the anemia is treated."""
    anemia, neoplasm = case.position("D630"), case.position(*_NEOPLASMS)
    if anemia is None or case.principal_refused:
        return
    if neoplasm is None:
        yield Found("D63.0 is anemia in neoplastic disease and no neoplasm is coded.", ("D630",))
    elif anemia < neoplasm:
        code = case.diagnoses[neoplasm].code
        yield Found(f"{point(code)} is sequenced before D63.0.", (code, "D630"))


@guideline("neoplasm.symptom_first", "I.C.2.g", codes=(MALIGNANT,), severity="warn")
def symptom_first(case: Case) -> Iterator[Found]:
    """A symptom of an existing malignancy does not replace it as the first code."""
    malignancy = case.has(MALIGNANT)
    if case.principal and case.principal.code.startswith("R") and malignancy:
        first = case.principal.code
        message = f"{point(first)} is a symptom and first, before {point(malignancy)}; confirm that it is not part of it."
        yield Found(message, (first, malignancy))


apart(
    "neoplasm.disseminated",
    "I.C.2.j",
    "C80.0 is for metastatic disease without any known site.",
    ("C800",),
    tuple(f"C{number:02d}" for number in range(80)),
    "{0} is for disease without a known site and {1} names one.",
    REASON,
)
apart(
    "neoplasm.unspecified_site",
    "I.C.2.k",
    "C80.1 is for a malignancy whose primary site cannot be determined.",
    ("C801",),
    tuple(f"C{number:02d}" for number in range(77)),
    "{0} is for an unknown primary site and {1} names one.",
    WARN,
)
