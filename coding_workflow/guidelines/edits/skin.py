"""Condition 4: pressure ulcers, one code for each site and stage (I.C.12.a)."""

from collections.abc import Iterator
from itertools import combinations

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import Diagnosis
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

#: Last characters that say no stage. The contiguous site (L89.4-) and the unspecified site (L89.9-) count otherwise.
_UNSTAGED, _UNSTAGED_SHORT = frozenset("09"), frozenset("05")


def _pairs(case: Case) -> Iterator[tuple[Diagnosis, Diagnosis]]:
    """Ulcers of one site with the same indicator: an ulcer that grew worse in hospital has two codes with different ones."""
    ulcers = [each for each in case.diagnoses if each.code.startswith("L89") and len(each.code) > 4]
    for one, other in combinations(ulcers, 2):
        if one.code != other.code and one.code[:-1] == other.code[:-1] and one.poa == other.poa:
            yield one, other


def _unstaged(code: str) -> bool:
    return code[-1] in (_UNSTAGED if len(code) == 6 else _UNSTAGED_SHORT)


@guideline("skin.ulcer_unstaged", "I.C.12.a.2", codes=("L89",), override="reason")
def ulcer_unstaged(case: Case) -> Iterator[Found]:
    """An ulcer whose stage is known is not also unstageable or of unspecified stage; two ulcers of one site need a reason."""
    for one, other in _pairs(case):
        if _unstaged(one.code) != _unstaged(other.code):
            codes = one.code, other.code
            yield Found(f"{point(codes[0])} and {point(codes[1])} are one site, with and without a stage.", codes)


@guideline("skin.ulcer_two_stages", "I.C.12.a.1, I.C.12.a.6", codes=("L89",), severity="warn")
def ulcer_two_stages(case: Case) -> Iterator[Found]:
    """Two stages of one site with one indicator: two ulcers, or one counted twice."""
    for one, other in _pairs(case):
        if not _unstaged(one.code) and not _unstaged(other.code):
            codes = one.code, other.code
            yield Found(f"{point(codes[0])} and {point(codes[1])} are two stages of one site; confirm two ulcers.", codes)
