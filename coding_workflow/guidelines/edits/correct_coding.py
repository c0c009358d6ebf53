"""Condition 4: NCCI pairs and unlikely units, where the tables are loaded; ``tables.loaded`` speaks where they are not."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import VISIT_CLASSES, Line
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.tables import PairAnswer

NCCI = "National Correct Coding Initiative"
#: Since this day of service 59 and X{EPSU} pass a pair on either column, before it only on column 2 (change request 11168).
EITHER_COLUMN_FROM = datetime.date(2019, 7, 1)
SEPARATE_SERVICE = frozenset({"59", "XE", "XP", "XS", "XU"})
#: Modifiers that pass a pair with indicator 1.
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


@rule(
    "ncci.pair",
    condition=4,
    reference=f"{NCCI}, procedure-to-procedure edits",
    version=2,
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    fix="charges",
    starts=EITHER_COLUMN_FROM,
)
def pair(case: Case) -> Iterator[Found]:
    """Two codes of one day that are not reported together, or only with a modifier that the record supports."""
    yield from _pairs(case, either_column=True)


@rule(
    "ncci.pair_column_2",
    condition=4,
    reference=f"{NCCI}, procedure-to-procedure edits before 2019-07-01",
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    fix="charges",
    ends=EITHER_COLUMN_FROM,
)
def pair_column_2(case: Case) -> Iterator[Found]:
    """The same while 59 and X{EPSU} counted on the column 2 code only."""
    yield from _pairs(case, either_column=False)


def _pairs(case: Case, *, either_column: bool) -> Iterator[Found]:
    """Among the services of one day; on a professional bill of one physician besides, as the edits are published for one."""
    days: dict[tuple[datetime.date | None, str], dict[str, Line]] = defaultdict(dict)
    for line in case.facts.lines:
        if line.hcpcs:
            days[line.date, line.rendering].setdefault(line.hcpcs, line)
    said: set[tuple[str, str]] = set()
    for lines in days.values():
        for answer in _answers(case, lines):
            codes = answer.column_1, answer.column_2
            if answer.indicator != "9" and codes not in said:
                said.add(codes)
                yield from _pair(answer, lines[answer.column_1], lines[answer.column_2], either_column)


def _answers(case: Case, lines: dict[str, Line]) -> tuple[PairAnswer, ...]:
    """The pairs among the codes of one day of service, where the set of that day is loaded."""
    on = case.service_day(next(iter(lines.values())))
    return case.tables.pairs(frozenset(lines), on) if len(lines) > 1 and case.is_loaded("NCCI-PTP", on) else ()


def _pair(answer: PairAnswer, first: Line, second: Line, either_column: bool) -> Iterator[Found]:
    codes = (first.hcpcs, second.hcpcs)
    if answer.indicator == "0":
        yield Found(f"{second.hcpcs} is not reported with {first.hcpcs} on one day.", codes)
        return
    counted = BYPASS if either_column else BYPASS - SEPARATE_SERVICE
    if not (counted & {*first.modifiers, *second.modifiers} or BYPASS & {*second.modifiers}):
        yield Found(f"{second.hcpcs} is reported with {first.hcpcs} only when the record shows a separate service.", codes)


MUE = f"{NCCI}, medically unlikely edits"
_LINE, _ABSOLUTE, _DAY = "1", "2", "3"


@rule(
    "ncci.units_line",
    condition=4,
    reference=f"{MUE}, adjudication 1",
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    fix="charges",
)
def units_line(case: Case) -> Iterator[Found]:
    """Units of one line within the published value; more lines with a modifier, where the record supports them."""
    yield from _units(case, _LINE)


@rule(
    "ncci.units_absolute",
    condition=4,
    reference=f"{MUE}, adjudication 2",
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    fix="charges",
)
def units_absolute(case: Case) -> Iterator[Found]:
    """Units of one day within what anatomy or law allows: never passed, by no modifier and for no reason."""
    yield from _units(case, _ABSOLUTE)


@rule(
    "ncci.units_day",
    condition=4,
    reference=f"{MUE}, adjudication 3",
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    fix="charges",
    override="reason",
)
def units_day(case: Case) -> Iterator[Found]:
    """Units of one day within the clinical value; more need the reason that the record gives."""
    yield from _units(case, _DAY)


def _units(case: Case, adjudication: str) -> Iterator[Found]:
    for code, lines, limit in case.limited:
        if limit.adjudication != adjudication:
            continue
        counted = [line.units for line in lines]
        judged = max(counted) if adjudication == _LINE else sum(counted, Decimal(0))
        if judged > limit.units:
            where = "on one line" if adjudication == _LINE else "on one day"
            message = f"{code} is charged with {judged.normalize():f} units; {limit.units} is the most expected {where}."
            yield Found(message, (code,))
