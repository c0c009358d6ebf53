"""Outbox handlers of registration."""

from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import OutboxRow, Step
from coding_workflow.outbox.registry import handler

from .services.bulk import BULK, run_bulk
from .services.ready import READY, begin_bill_hold
from .services.uploads import IMPORT_FILE, run_upload
from .services.waiting import ASK_AGAIN, ask_again


@handler(READY, lane="bulk")
def end_bill_hold(row: OutboxRow) -> None:
    """Open coding at the end of the bill hold; a hold that became longer meanwhile waits again. Twice is once."""
    if row.account_id is None:
        return
    account = lock_account(row.account_id)
    if account.step == Step.DISCHARGED:
        begin_bill_hold(account=account, by=Actor.policy("bill_hold"))


@handler(IMPORT_FILE, lane="bulk")
def import_file(row: OutboxRow) -> None:
    """Import the next batch of an uploaded file."""
    run_upload(delivery_id=int(row.payload["delivery"]))


@handler(BULK, lane="bulk")
def many_messages(row: OutboxRow) -> None:
    """Try again or set aside the next batch of a choice of messages."""
    run_bulk(run_id=int(row.payload["run"]))


@handler(ASK_AGAIN, lane="bulk")
def ask_bill_holds_again(row: OutboxRow) -> None:
    """Look at the accounts that wait when a policy begins, some at a time. Twice is once."""
    if row.facility is not None:
        ask_again(facility=row.facility, version_id=row.payload["version"], after=row.payload["after"])
