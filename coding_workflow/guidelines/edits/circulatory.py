"""Condition 4: hypertension with heart and kidney disease (I.C.9.a)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import point

#: Hypertension code present, what it must be joined with, and the category that says both.
_COMBINED = (
    ("I10", ("I50",), ("N18",), "I13", "hypertensive heart and chronic kidney disease"),
    ("I11", ("N18",), (), "I13", "hypertensive heart and chronic kidney disease"),
    ("I12", ("I50",), (), "I13", "hypertensive heart and chronic kidney disease"),
    ("I10", ("I50",), (), "I11", "hypertensive heart disease"),
    ("I10", ("N18",), (), "I12", "hypertensive chronic kidney disease"),
)


@rule("circulatory.hypertension_combined", condition=4, reference="ICD-10-CM Official Guidelines I.C.9.a.1-3", override="reason")
def hypertension_combined(case: Case) -> Iterator[Found]:
    """Hypertension with heart failure or chronic kidney disease is one combination code, unless documented as unrelated."""
    for hypertension, first, second, category, words in _COMBINED:
        present = case.has(hypertension)
        others = [case.has(*group) for group in (first, second) if group]
        if present and all(others):
            joined = " and ".join(point(code) for code in others)
            message = f"Hypertension with {joined} is coded as {words} ({category}.-), sequenced before them."
            yield Found(message, (present, *others))
            return


@rule("circulatory.hypertension_order", condition=4, reference="ICD-10-CM Official Guidelines I.C.9.a.1-3")
def hypertension_order(case: Case) -> Iterator[Found]:
    """The combination code comes before the heart failure that it names."""
    combined, failure = case.position("I110", "I130", "I132"), case.position("I50")
    if combined is not None and failure is not None and failure < combined:
        before, after = case.diagnoses[combined].code, case.diagnoses[failure].code
        yield Found(f"{point(before)} must be sequenced before {point(after)}.", (before, after))
