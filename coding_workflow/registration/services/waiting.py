"""A policy that shortens the bill hold ends it earlier for those who wait already: each is asked again on the policy's day."""

import datetime
from typing import Final
from zoneinfo import ZoneInfo

from accounts import clock
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Facility, Step
from accounts.outbox import enqueue
from coding_workflow.policy.models import PolicyVersion

from .ready import begin_bill_hold

ASK_AGAIN: Final = "registration.bill_holds"
#: So many waiting accounts are asked in one transaction.
BATCH: Final = 100


def ask_when_begun(version: PolicyVersion) -> None:
    """Ask the outbox to look at the bill holds of the facility when a version begins; now where it has begun."""
    facility = version.facility
    days = (version.effective_from - clock.today(facility)).days
    _ask(facility, version.pk, 0, _midnight(facility, days) if days > 0 else None)


def ask_again(*, facility: Facility, version_id: int, after: int) -> int | None:
    """Look at the next accounts that wait: ready ones open, the others wait for their new day. Twice is once.

    Answers the key after which to go on, None when all were looked at. One whose day became later keeps its earlier row, which
    waits again when it runs.
    """
    waiting = Account.objects.filter(facility=facility, step=Step.DISCHARGED, pk__gt=after).order_by("pk")
    found = list(waiting.values_list("pk", flat=True)[:BATCH])
    for pk in found:
        account = lock_account(pk)
        if account.step == Step.DISCHARGED:
            begin_bill_hold(account=account, by=Actor.policy("bill_hold"))
    if len(found) < BATCH:
        return None
    _ask(facility, version_id, found[-1], None)
    return found[-1]


def _ask(facility: Facility, version_id: int, after: int, not_before: datetime.datetime | None) -> None:
    enqueue(
        kind=ASK_AGAIN,
        key=f"{version_id}:{after}",
        facility_id=facility.pk,
        payload={"version": version_id, "after": after},
        not_before=not_before,
        lane="bulk",
    )


def _midnight(facility: Facility, days: int) -> datetime.datetime:
    """Local midnight so many days from today, on the clock of the outbox, which never stands still."""
    zone = ZoneInfo(facility.time_zone)
    day = clock.now().astimezone(zone).date() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(), zone)
