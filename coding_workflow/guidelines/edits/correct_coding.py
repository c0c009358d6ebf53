"""Condition 4: NCCI pairs and unlikely units, where the tables are loaded; ``tables.loaded`` speaks where they are not."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import permutations

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES, Line
from coding_workflow.guidelines.registry import Found, rule

NCCI = "National Correct Coding Initiative"
#: Modifiers that pass a pair with indicator 1; 59 and X{EPSU} on either column since 2019-07-01.
BYPASS = frozenset(
    {
        "24",
        "25",
        "27",
        "57",
        "58",
        "59",
        "78",
        "79",
        "91",
        "E1",
        "E2",
        "E3",
        "E4",
        "FA",
        "LC",
        "LD",
        "LM",
        "LT",
        "RC",
        "RI",
        "RT",
        "TA",
    }
    | {"XE", "XP", "XS", "XU"}
    | {f"F{n}" for n in range(1, 10)}
    | {f"T{n}" for n in range(1, 10)}
)


@rule("ncci.pair", condition=4, reference=f"{NCCI}, procedure-to-procedure edits", classes=OUTPATIENT_CLASSES, fix="charges")
def pair(case: Case) -> Iterator[Found]:
    """Two codes of one day that are not reported together, or only with a modifier that the record supports."""
    if not case.is_loaded("NCCI-PTP"):
        return
    lines = [line for line in case.facts.lines if line.hcpcs]
    seen: set[tuple[str, str]] = set()
    for first, second in permutations(lines, 2):
        key = first.hcpcs, second.hcpcs
        if first.date == second.date and key not in seen and first.hcpcs != second.hcpcs:
            seen.add(key)
            yield from _pair(case, first, second)


def _pair(case: Case, first: Line, second: Line) -> Iterator[Found]:
    answer = case.tables.pair(first.hcpcs, second.hcpcs)
    if answer is None or answer.indicator == "9":
        return
    codes = (first.hcpcs, second.hcpcs)
    if answer.indicator == "0":
        yield Found(f"{second.hcpcs} is not reported with {first.hcpcs} on one day.", codes)
    elif not BYPASS & {*first.modifiers, *second.modifiers}:
        yield Found(f"{second.hcpcs} is reported with {first.hcpcs} only when the record shows a separate service.", codes)


@rule("ncci.units", condition=4, reference=f"{NCCI}, medically unlikely edits", classes=OUTPATIENT_CLASSES, fix="charges")
def units(case: Case) -> Iterator[Found]:
    """Units of a code on one line (adjudication 1) or one day (2 and 3) within the published value."""
    if not case.is_loaded("MUE"):
        return
    by_day: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for line in case.facts.lines:
        if line.hcpcs:
            by_day[line.hcpcs, str(line.date)].append(line.units)
    for (code, _), counted in sorted(by_day.items()):
        limit = case.tables.unit_limit(code)
        most = Decimal(limit.units) if limit else Decimal("Infinity")
        judged = max(counted) if limit and limit.adjudication == "1" else sum(counted, Decimal(0))
        if judged > most:
            yield Found(f"{code} is charged with {judged.normalize():f} units; {most} is the most expected on one day.", (code,))
