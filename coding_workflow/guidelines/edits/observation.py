"""Condition 4: observation hours (Medicare Claims Processing Manual, chapter 4, 290)."""

import datetime
from collections.abc import Iterator
from decimal import Decimal

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES, Order
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
    """No more hours than the visit had. Observation is counted from its own order: more than that warns, for the time of an order
    may be that of its document."""
    arrived, end = case.facts.admitted_at, case.facts.discharged_at
    charged = sum((line.units for line in case.facts.lines if line.hcpcs == HOURS), Decimal(0))
    if end is None or not charged:
        return
    if arrived and charged > _hours(arrived, end):
        message = f"{HOURS} is charged with {charged.normalize():f} hours; the visit had {_hours(arrived, end)}."
        yield Found(message, (HOURS,))
        return
    ordered = min((order.ordered_at for order in _orders(case) if order.ordered_at), default=None)
    if ordered and charged > _hours(ordered, end):
        message = f"{HOURS} is charged with {charged.normalize():f} hours; {_hours(ordered, end)} follow the observation order."
        yield Found(message, (HOURS,), severity="warn")


def _orders(case: Case) -> list[Order]:
    return [order for order in case.facts.orders or () if order.type == "observation"]


def _hours(start: datetime.datetime, end: datetime.datetime) -> int:
    """Rounded to the nearest hour, at least one."""
    return max(int((end - start) / _HOUR + 0.5), 1)


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
