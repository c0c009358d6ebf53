"""Condition 4: burns and corrosions (I.C.19.d)."""

from collections.abc import Iterator
from itertools import combinations

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.patterns import ordered
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

from .characters import SEQUELA, encounter

#: Burns and corrosions by site and degree.
BY_SITE = ("T20", "T21", "T22", "T23", "T24", "T25")


def degree(code: str) -> int:
    """0 unspecified, 1 first, 2 second, 3 third degree; corrosions count from 4 in the same way."""
    return int(code[3]) % 4


def _current(case: Case) -> list[str]:
    return [code for code in case.those(*BY_SITE) if code[3:4].isdigit() and encounter(code) not in ("", SEQUELA)]


@guideline("injury.burn_degree_first", "I.C.19.d.1", codes=BY_SITE, override="reason")
def burn_degree_first(case: Case) -> Iterator[Found]:
    """Of several external burns the one of the highest degree is first."""
    current = _current(case)
    if case.principal is None or case.principal.code not in current:
        return
    worst, first = max(current, key=degree), case.principal.code
    if degree(worst) > degree(first):
        yield Found(f"{point(worst)} is the deeper burn and is sequenced before {point(first)}.", (worst, first))


@guideline("injury.burn_same_site", "I.C.19.d.2", codes=BY_SITE, override="reason")
def burn_same_site(case: Case) -> Iterator[Found]:
    """One site on one side has one burn code, that of the highest degree."""
    for one, other in combinations(_current(case), 2):
        same_site = one[:3] == other[:3] and one[4:6] == other[4:6] and _is_corrosion(one) == _is_corrosion(other)
        if same_site and degree(one) != degree(other):
            message = f"{point(one)} and {point(other)} are one site; only the highest degree is coded."
            yield Found(message, (one, other))


def _is_corrosion(code: str) -> bool:
    return int(code[3]) >= 4


ordered(
    "injury.burn_extent_order",
    "I.C.19.d.6",
    "The extent of body surface is an additional code beside burns of known site.",
    BY_SITE,
    ("T31", "T32"),
    "{1} is the extent and is sequenced after {0}.",
)


@guideline("injury.burn_extent_sequela", "I.C.19.d.6", codes=("T31", "T32"))
def burn_extent_sequela(case: Case) -> Iterator[Found]:
    """The extent of body surface is not coded for sequelae of burns."""
    extent = case.has("T31", "T32")
    phases = {encounter(code) for code in case.those(*BY_SITE)} - {""}
    if extent and phases == {SEQUELA}:
        yield Found(f"{point(extent)} is for acute burns; only sequelae of burns are coded.", (extent,))
