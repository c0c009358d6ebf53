"""Professional bills: evaluation and management beside the place of service, procedures and one another (condition 4)."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import PROFESSIONAL_CLASSES
from coding_workflow.guidelines.places_of_service import HOSPITAL
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.service_codes import is_surgery
from coding_workflow.guidelines.words import day

from .outpatient import MEDICARE


def _numbers(*ranges: tuple[int, int]) -> frozenset[str]:
    return frozenset(str(number) for first, last in ranges for number in range(first, last + 1))


_OFFICE: Final = _numbers((99202, 99205), (99211, 99215))
_HOSPITAL: Final = _numbers((99221, 99223), (99231, 99236), (99238, 99239))
_EMERGENCY: Final = _numbers((99281, 99285))
_NURSING: Final = _numbers((99304, 99310), (99315, 99316))
_HOME: Final = _numbers((99341, 99345), (99347, 99350))
VISITS: Final = _OFFICE | _HOSPITAL | _EMERGENCY | _NURSING | _HOME
_BEDS: Final = frozenset({"21", "51", "61"})
#: Family of visits -> the places of service that fit it (CPT numbers; Medicare Claims Processing Manual, chapter 12, 30.6).
_PLACES: Final = (
    (_HOSPITAL, frozenset({"19", "21", "22", "23", "26", "34", "51", "52", "56", "61"}), "hospital inpatients and observation"),
    (_EMERGENCY, frozenset({"23"}), "the emergency department"),
    (_NURSING, frozenset({"31", "32", "54", "56"}), "nursing facilities"),
    (_HOME, frozenset({"04", "12", "13", "14", "16", "33", "55"}), "a home or residence"),
)
#: Blood drawing stands beside a visit without a word.
_NEVER_SEPARATE: Final = frozenset({"36415", "36416"})
_SEPARATE_VISIT: Final = frozenset({"24", "25", "57"})


@rule(
    "professional.visit_place",
    condition=4,
    reference="Medicare Claims Processing Manual, chapter 12, 30.6",
    severity="warn",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("lines", "place_of_service"),
    fix="charges",
)
def visit_place(case: Case) -> Iterator[Found]:
    """The family of a visit and the place of service go together."""
    for line in case.facts.lines:
        place = line.place_of_service or case.facts.place_of_service
        if not place:
            continue
        fitting = next(((places, words) for codes, places, words in _PLACES if line.hcpcs in codes), None)
        if fitting and place not in fitting[0]:
            yield Found(f"{line.hcpcs} is for {fitting[1]}; the place of service is {place}.", (line.hcpcs, place))
        elif line.hcpcs in _OFFICE and place in _BEDS:
            yield Found(
                f"{line.hcpcs} is for an office or other outpatient; the place of service is {place}.", (line.hcpcs, place)
            )


@rule(
    "professional.visit_with_procedure",
    condition=4,
    reference="NCCI Policy Manual, chapter I, D; CPT modifiers 24, 25 and 57",
    classes=PROFESSIONAL_CLASSES,
    payers=MEDICARE,
    looks_at=("lines",),
    fix="charges",
    override="reason",
)
def visit_with_procedure(case: Case) -> Iterator[Found]:
    """A visit on the day of a procedure by the same physician is separate (25, 24), or decided for surgery (57)."""
    done = {
        (line.date, line.rendering) for line in case.facts.lines if is_surgery(line.hcpcs) and line.hcpcs not in _NEVER_SEPARATE
    }
    for line in case.facts.lines:
        beside = line.hcpcs in VISITS and (line.date, line.rendering) in done
        if beside and _SEPARATE_VISIT.isdisjoint(line.modifiers):
            yield Found(
                f"{line.hcpcs} is on the day of a procedure without modifier 25 or 57; it needs a documented separate visit.",
                (line.hcpcs,),
            )


@rule(
    "professional.visits_of_a_day",
    condition=4,
    reference="Medicare Claims Processing Manual, chapter 12, 30.6.5",
    severity="warn",
    classes=PROFESSIONAL_CLASSES,
    payers=MEDICARE,
    looks_at=("lines",),
    fix="charges",
)
def visits_of_a_day(case: Case) -> Iterator[Found]:
    """Visits of one physician on one day are one, by the level of both together, unless they are for unrelated problems."""
    counted = Counter((line.date, line.rendering) for line in case.facts.lines if line.hcpcs in VISITS)
    for (on, _), times in sorted(counted.items(), key=str):
        if times > 1:
            yield Found(f"{times} visits of {day(on)} are by one physician; they are one visit unless unrelated.", (str(on),))


@rule(
    "professional.technical_component",
    condition=4,
    reference="42 CFR 414.40; Medicare Claims Processing Manual, chapter 13, 20",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("lines", "place_of_service"),
    fix="charges",
    modified=True,
)
def technical_component(case: Case) -> Iterator[Found]:
    """In a hospital the technical component is the hospital's: the physician's bill carries 26 or the whole service, never TC."""
    for line in case.facts.lines:
        place = line.place_of_service or case.facts.place_of_service
        if "TC" in line.modifiers and place in HOSPITAL:
            yield Found(f"Modifier TC on {line.hcpcs} is the hospital's part in place of service {place}.", (line.hcpcs, "TC"))
        if {"26", "TC"} <= {*line.modifiers}:
            yield Found(f"Modifiers 26 and TC on {line.hcpcs} exclude each other.", (line.hcpcs, "26"))
