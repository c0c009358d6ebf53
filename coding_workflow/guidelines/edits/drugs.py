"""Condition 4: what is left of a single-dose drug (Medicare Claims Processing Manual, chapter 17, 40)."""

import datetime
from collections import defaultdict
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import VISIT_CLASSES, Line
from coding_workflow.guidelines.registry import Found, rule

REFERENCE = "Medicare Claims Processing Manual, chapter 17, 40"
#: JZ is required from this day of service on; JW since 2017.
JZ_FROM = datetime.date(2023, 7, 1)
DISCARDED, NONE_DISCARDED = "JW", "JZ"
#: Drugs that come in single-dose containers only. Short on purpose: no loaded table says it, and other drugs are not judged.
SINGLE_DOSE = frozenset(
    {
        "J0897",  # denosumab
        "J1745",  # infliximab
        "J2350",  # ocrelizumab
        "J3380",  # vedolizumab
        "J9022",  # atezolizumab
        "J9035",  # bevacizumab
        "J9173",  # durvalumab
        "J9228",  # ipilimumab
        "J9271",  # pembrolizumab
        "J9299",  # nivolumab
        "J9306",  # pertuzumab
        "J9312",  # rituximab
    }
)


def _by_day(case: Case) -> dict[tuple[str, str], list[Line]]:
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in case.facts.lines:
        if line.hcpcs in SINGLE_DOSE:
            found[line.hcpcs, str(line.date)].append(line)
    return found


def _modifiers(lines: list[Line]) -> set[str]:
    return {modifier for line in lines for modifier in line.modifiers}


@rule(
    "drug.discarded_stated",
    condition=4,
    reference=REFERENCE,
    classes=VISIT_CLASSES,
    payers=("medicare",),
    looks_at=("lines",),
    owner="charge",
    fix="charges",
    starts=JZ_FROM,
)
def discarded_stated(case: Case) -> Iterator[Found]:
    """A listed single-dose drug says what was discarded: JW with its units on a line of its own, or JZ for nothing."""
    for (code, _), lines in sorted(_by_day(case).items()):
        if not _modifiers(lines) & {DISCARDED, NONE_DISCARDED}:
            yield Found(f"{code} comes in single doses; JW or JZ says what was discarded.", (code,))


@rule(
    "drug.discarded_once",
    condition=4,
    reference=REFERENCE,
    classes=VISIT_CLASSES,
    payers=("medicare",),
    looks_at=("lines",),
    owner="charge",
    fix="charges",
    starts=JZ_FROM,
)
def discarded_once(case: Case) -> Iterator[Found]:
    """JW and JZ contradict each other on one day."""
    for (code, _), lines in sorted(_by_day(case).items()):
        if {DISCARDED, NONE_DISCARDED} <= _modifiers(lines):
            yield Found(f"{code} is charged with JW and JZ on one day: something was discarded, or nothing was.", (code,))
