"""The outbox's work for payment: claims after a release, late changes on released accounts, and patient accounting's codes."""

from accounts.models import OutboxRow
from coding_workflow.outbox.registry import handler

from .services import bill_release, compare_host, look_at_late_change


@handler("payment.make_claims")
def claims_of_release(row: OutboxRow) -> None:
    """Make the claims of the release in the payload, or hand its final codes over."""
    bill_release(release_id=int(row.payload["release"]))


@handler("payment.late_change")
def late_change(row: OutboxRow) -> None:
    """Open a discrepancy where a released account changed."""
    if row.account_id is not None:
        look_at_late_change(account_id=row.account_id)


@handler("payment.compare_host")
def host_codes(row: OutboxRow) -> None:
    """Compare what patient accounting says its codes are with the release."""
    if row.account_id is not None:
        compare_host(account_id=row.account_id)
