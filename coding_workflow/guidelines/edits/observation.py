"""Condition 4: observation hours (Medicare Claims Processing Manual, chapter 4, 290)."""

import datetime
from collections.abc import Iterator
from decimal import Decimal

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES
from coding_workflow.guidelines.registry import Found, rule

_MANUAL = "Medicare Claims Processing Manual, chapter 4"
HOURS, DIRECT_REFERRAL, REVENUE_CODE = "G0378", "G0379", "0762"
_HOUR = datetime.timedelta(hours=1)


@rule(
    "observation.hours",
    condition=4,
    reference=f"{_MANUAL}, 290.2.2",
    classes=OUTPATIENT_CLASSES,
    looks_at=("lines", "orders", "admitted_at", "discharged_at"),
    owner="charge",
    fix="charges",
)
def hours(case: Case) -> Iterator[Found]:
    """Observation is counted from its own order to the end of care: no more hours than lie between, rounded to the nearest."""
    start, end = _start(case), case.facts.discharged_at
    charged = sum((line.units for line in case.facts.lines if line.hcpcs == HOURS), Decimal(0))
    if start is None or end is None or not charged:
        return
    most = int((end - start) / _HOUR + 0.5)
    if charged > max(most, 1):
        message = f"{HOURS} is charged with {charged.normalize():f} hours; {most} lie between order and end of care."
        yield Found(message, (HOURS,))


def _start(case: Case) -> datetime.datetime | None:
    """When observation was ordered; the start of the visit where no order with a time is known."""
    ordered = [order.ordered_at for order in case.facts.orders or () if order.type == "observation" and order.ordered_at]
    return min(ordered, default=case.facts.admitted_at)


@rule(
    "observation.revenue_code",
    condition=4,
    reference=f"{_MANUAL}, 290.2.1",
    classes=OUTPATIENT_CLASSES,
    payers=("medicare",),
    looks_at=("lines",),
    owner="charge",
    fix="charges",
)
def revenue_code(case: Case) -> Iterator[Found]:
    """Observation hours are charged under revenue code 0762."""
    for line in case.facts.lines:
        if line.hcpcs == HOURS and line.revenue_code and line.revenue_code != REVENUE_CODE:
            yield Found(f"{HOURS} is charged under {line.revenue_code}; observation hours are 0762.", (HOURS, line.revenue_code))


@rule(
    "observation.direct_referral",
    condition=4,
    reference="IOCE edit 58",
    classes=OUTPATIENT_CLASSES,
    payers=("medicare",),
    looks_at=("lines",),
    owner="charge",
    fix="charges",
)
def direct_referral(case: Case) -> Iterator[Found]:
    """A direct referral to observation comes with observation hours."""
    charged = {line.hcpcs for line in case.facts.lines}
    if DIRECT_REFERRAL in charged and HOURS not in charged:
        yield Found(f"{DIRECT_REFERRAL} is charged without observation hours ({HOURS}).", (DIRECT_REFERRAL,))
