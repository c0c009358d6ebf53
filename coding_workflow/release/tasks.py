"""The outbox's work for release: the check itself."""

from accounts.models import OutboxRow
from coding_workflow.outbox.registry import handler

from .services import automation


@handler("release.check")
def check(row: OutboxRow) -> None:
    """Check one account; clean ones go out by themselves where policy says so."""
    if row.account_id is not None:
        automation.check_and_release(account_id=row.account_id)
