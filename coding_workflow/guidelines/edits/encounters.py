"""Condition 4: Z codes that stand only first (I.C.21.c.16)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import point

FIRST_ONLY = (
    *("Z00", "Z01", "Z02", "Z332", "Z3181", "Z3182", "Z3183", "Z3184", "Z34", "Z39"),
    *("Z38", "Z42", "Z510", "Z511", "Z52", "Z761", "Z762", "Z9912"),
)


@rule("encounters.first_listed_only", condition=4, reference="ICD-10-CM Official Guidelines I.C.21.c.16", override="reason")
def first_listed_only(case: Case) -> Iterator[Found]:
    """These codes are principal or first-listed only, unless several encounters of one day share a record."""
    first = case.principal.code if case.principal else ""
    if first.startswith(FIRST_ONLY):
        return
    for diagnosis in case.secondary:
        if diagnosis.code.startswith(FIRST_ONLY):
            yield Found(f"{point(diagnosis.code)} is reported only as the first code.", (diagnosis.code,))
