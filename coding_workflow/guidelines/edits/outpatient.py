"""Condition 4: outpatient services: visits beside procedures, revenue codes, units and dates (IOCE edits of those numbers)."""

from collections import Counter
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES, VISIT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.service_codes import is_surgery
from coding_workflow.guidelines.words import day

MEDICARE = ("medicare", "medicare_advantage")
#: Outpatient visits: emergency department levels, office and clinic visits.
VISITS = frozenset(
    {*(f"9928{level}" for level in range(1, 6)), *(f"9920{n}" for n in range(2, 6)), *(f"9921{n}" for n in range(1, 6)), "G0463"}
)
#: Revenue code groups that outpatient Medicare bills carry a HCPCS code with.
_NEEDS_HCPCS = (
    *("030", "031", "032", "033", "034", "035", "040", "042", "043", "044", "045", "046", "048"),
    *("051", "061", "0636", "073", "074", "0762", "092"),
)


@rule(
    "ioce.visit_modifier_25",
    condition=4,
    reference="IOCE edit 21",
    classes=OUTPATIENT_CLASSES,
    payers=MEDICARE,
    looks_at=("lines",),
    fix="charges",
)
def visit_modifier_25(case: Case) -> Iterator[Found]:
    """A visit on the day of a procedure is reported with modifier 25, and only where the record shows a separate visit."""
    days = {line.date for line in case.facts.lines if is_surgery(line.hcpcs)}
    for line in case.facts.lines:
        if line.hcpcs in VISITS and line.date in days and "25" not in line.modifiers:
            yield Found(
                f"{line.hcpcs} is on the same day as a procedure without modifier 25; it needs a documented separate visit.",
                (line.hcpcs,),
            )


@rule(
    "ioce.revenue_code_needs_hcpcs",
    condition=4,
    reference="IOCE edit 48",
    classes=OUTPATIENT_CLASSES,
    payers=MEDICARE,
    looks_at=("lines",),
    owner="charge",
    fix="charges",
)
def revenue_code_needs_hcpcs(case: Case) -> Iterator[Found]:
    """These revenue codes carry a HCPCS code."""
    bare = {line.revenue_code for line in case.facts.lines if not line.hcpcs and line.revenue_code.startswith(_NEEDS_HCPCS)}
    for revenue_code in sorted(bare):
        yield Found(f"Revenue code {revenue_code} is charged without a HCPCS code.", (revenue_code,))


@rule(
    "charges.units",
    condition=4,
    reference="IOCE edit 15; UB-04 FL 46",
    version=2,
    looks_at=("lines",),
    owner="charge",
    fix="charges",
)
def units(case: Case) -> Iterator[Found]:
    """Units of a coded service are whole and above zero, unless the line is a credit."""
    for line in case.facts.lines:
        credit = line.charge is not None and line.charge < 0
        if line.hcpcs and ((line.units <= 0 and not credit) or line.units % 1):
            yield Found(f"{line.hcpcs} is charged with {line.units.normalize():f} units.", (line.hcpcs,))


@rule(
    "charges.date",
    condition=4,
    reference="IOCE edits 23 and 24",
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    owner="charge",
    fix="charges",
)
def date(case: Case) -> Iterator[Found]:
    """Services lie inside the statement, or inside the visit where no statement dates are given."""
    start = case.facts.statement_from or case.facts.admit_date
    end = case.facts.statement_through or case.facts.discharge_date
    outside = [line for line in case.facts.lines if line.date and ((start and line.date < start) or (end and line.date > end))]
    for line in outside:
        what = line.hcpcs or line.revenue_code
        yield Found(f"{what} is dated {day(line.date)}, outside the statement.", (what, str(line.date)))


@rule(
    "ioce.multiple_visits",
    condition=4,
    reference="IOCE edit 42",
    classes=OUTPATIENT_CLASSES,
    payers=("medicare",),
    looks_at=("lines", "condition_codes"),
    owner="billing",
    fix="claim_elements",
)
def multiple_visits(case: Case) -> Iterator[Found]:
    """Several visits of one day under one revenue code are distinct: the bill says so with condition code G0."""
    visits = Counter((line.revenue_code, line.date) for line in case.facts.lines if line.hcpcs in VISITS)
    for (revenue_code, on), times in sorted(visits.items(), key=str):
        if times > 1 and "G0" not in case.facts.condition_codes:
            yield Found(
                f"{times} visits of {day(on)} are charged under {revenue_code} without condition code G0.", ("G0", revenue_code)
            )
