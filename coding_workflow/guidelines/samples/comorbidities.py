"""Further conditions that adults bring along: one bundle of a group at most, so that no two exclude or combine with each other.

Hypertension, heart failure, kidney disease and diabetes are one group: together they are coded in combinations (I.C.9.a, I.A.15).
"""

from dataclasses import dataclass

from .drawing import Draw
from .templates import Code, codes


@dataclass(frozen=True, slots=True)
class Group:
    """Bundles of codes in their order, for whom they are, and whether they arise only during a stay."""

    name: str
    bundles: tuple[str, ...]
    ages: tuple[int, int] = (21, 120)
    sexes: str = "MF"
    inpatient_only: bool = False


_METABOLIC = (
    "I10",
    "I10",
    "I10 E11.9 Z79.84",
    "E11.9 Z79.84",
    "E11.65 I10 Z79.4",
    "I10 E11.42 Z79.4",
    "I11.0 I50.22",
    "I11.0 I50.32 E11.9 Z79.84",
    "I12.9 N18.31",
    "I13.0 I50.32 N18.32",
    "E11.22 I12.9 N18.30 Z79.4",
    "I10 E10.9",
)
GROUPS = (
    Group("metabolic", _METABOLIC, ages=(35, 120)),
    Group("lipids", ("E78.5", "E78.00", "E78.2")),
    Group("thyroid", ("E03.9",)),
    Group("reflux", ("K21.9",)),
    Group("coronary", ("I25.10", "I25.10 Z95.5", "I25.10 I25.2"), ages=(45, 120)),
    Group("lungs", ("J44.9", "J45.909"), ages=(40, 120)),
    Group("tobacco", ("Z87.891", "F17.210")),
    Group("sleep", ("G47.33",)),
    Group("weight", ("E66.811 Z68.31", "E66.813 Z68.41")),
    Group("mind", ("F32.A", "F41.1", "F41.9")),
    Group("rhythm", ("I48.91 Z79.01", "I48.20 Z79.01"), ages=(50, 120)),
    Group("blood", ("D50.9",)),
    Group("prostate", ("N40.0",), ages=(50, 120), sexes="M"),
    Group("bones", ("M81.0",), ages=(60, 120), sexes="F"),
    Group("stroke", ("Z86.73",), ages=(50, 120)),
    Group("history", ("Z90.49", "Z98.890", "Z86.0100", "Z86.718")),
    Group("allergy", ("Z88.0",)),
    Group("drugs", ("Z79.82", "Z79.899", "Z79.02")),
    Group("social", ("Z60.2", "Z59.02", "Z91.148")),
    Group("course", ("E87.6:N", "N17.9:N", "E87.1:N", "K59.00:N"), inpatient_only=True),
    Group("end", ("Z66",), ages=(70, 120), inpatient_only=True),
)


def drawn(draw: Draw, *, taken: frozenset[str], age: int, sex: str, inpatient: bool, most: int) -> tuple[Code, ...]:
    """At most so many further codes, in an order that is right: what names a cause stands before its consequence."""
    found: list[Code] = []
    for group in draw.shuffled([group for group in GROUPS if _fits(group, taken, age, sex, inpatient)]):
        bundle = codes(draw.one(group.bundles))
        if len(found) + len(bundle) <= most:
            found.extend(bundle)
    return tuple(found)


def _fits(group: Group, taken: frozenset[str], age: int, sex: str, inpatient: bool) -> bool:
    of_person = group.ages[0] <= age <= group.ages[1] and sex in group.sexes
    return of_person and group.name not in taken and (inpatient or not group.inpatient_only)
