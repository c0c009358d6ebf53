"""The outbox's work for release: the check itself, checking again in batches, and what a new day changes."""

from accounts.models import OutboxRow
from coding_workflow.outbox.registry import handler, periodic

from .services import automation, backtesting, days, due, rechecking


@handler("release.check")
def check(row: OutboxRow) -> None:
    """Check one account; clean ones go out by themselves where policy says so."""
    if row.account_id is not None:
        automation.check_and_release(account_id=row.account_id)


@handler(due.RECHECK, lane="bulk")
def recheck(row: OutboxRow) -> None:
    """Check again a batch of a facility's accounts that are due."""
    if row.facility_id is not None:
        rechecking.recheck_due(facility_id=row.facility_id, place=row.payload["place"], attempt=row.attempts)


@handler(backtesting.BACKTEST, lane="bulk")
def backtest(row: OutboxRow) -> None:
    """Judge one part of a backtest."""
    backtesting.run_part(backtest_id=row.payload["backtest"], number=row.payload["number"])


@periodic(60)
def look_at_the_day() -> None:
    """Mark what began or ended today, once a day; ask again for what nothing is about to check."""
    days.look_at_the_day()
