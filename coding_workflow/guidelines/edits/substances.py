"""Condition 4: use, abuse and dependence (I.C.5.b)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

#: Categories of one substance; F13, F15, F16, F18 and F19 cover several, where Excludes1 speaks and may be overridden.
ONE_SUBSTANCE = ("F10", "F11", "F12", "F14")
#: Dependence before abuse before use.
_HIERARCHY = ("2", "1", "9")


@guideline("substance.one_pattern", "I.C.5.b.2", codes=ONE_SUBSTANCE)
def one_pattern(case: Case) -> Iterator[Found]:
    """Of use, abuse and dependence of one substance one is coded: dependence before abuse before use."""
    for substance in ONE_SUBSTANCE:
        patterns = [code for code in (case.has(substance + each) for each in _HIERARCHY) if code]
        if len(patterns) > 1:
            codes = tuple(patterns)
            yield Found(
                f"{point(codes[0])} and {point(codes[1])} are one pattern of use; {point(codes[0])} alone is coded.", codes
            )
