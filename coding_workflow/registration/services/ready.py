"""The bill hold: how long a discharged account waits for late charges and documents before it is coded."""

import datetime
from zoneinfo import ZoneInfo

from accounts import clock, lifecycle
from accounts.actors import Actor
from accounts.models import Account, PayerKind, Step, WorkKind
from accounts.outbox import enqueue
from accounts.services.work import open_work
from coding_workflow.policy.selectors import policy_for

READY = "registration.ready_to_code"


def begin_bill_hold(*, account: Account, by: Actor) -> None:
    """Open coding work for a locked, discharged account now, or ask for it at the end of the bill hold."""
    end = bill_hold_end(account)
    if end <= clock.today(account.facility):
        open_coding(account=account, by=by)
        return
    enqueue(kind=READY, key=str(account.pk), account_id=account.pk, not_before=_instant(end, account), lane="bulk")


def bill_hold_end(account: Account) -> datetime.date:
    """The first day on which the account may be coded: discharge plus the policy's days for class and payer."""
    coverage = account.primary_coverage()
    kind = coverage.payer.kind if coverage else PayerKind.SELF_PAY
    days = policy_for(account.facility).bill_hold_days(account.patient_class, kind, account.service)
    discharged = account.discharge_date or clock.today(account.facility)
    return discharged + datetime.timedelta(days=days)


def _instant(end: datetime.date, account: Account) -> datetime.datetime:
    """Local midnight of a business date on the clock of the outbox, which never stands still."""
    zone = ZoneInfo(account.facility.time_zone)
    days = (end - clock.today(account.facility)).days
    today = clock.now().astimezone(zone).date()
    return datetime.datetime.combine(today + datetime.timedelta(days=days), datetime.time(), zone)


def open_coding(*, account: Account, by: Actor) -> bool:
    """Move a locked account from discharged to coding and open its coding work; False when it is not waiting for that."""
    if account.step != Step.DISCHARGED:
        return False
    lifecycle.move(account=account, to=Step.CODING, by=by, reason="Bill hold ended")
    open_work(account=account, kind=WorkKind.CODING, by=by, coding_type=account.patient_class, why="Ready to code")
    return True
