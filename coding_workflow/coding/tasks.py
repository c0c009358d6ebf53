"""Outbox handlers of coding."""

from accounts.models import OutboxRow
from coding_workflow.outbox.registry import handler

from .services.queries.ladder import LADDER, climb
from .services.suggesting import SUGGEST, make_suggestions


@handler(LADDER, lane="bulk")
def climb_ladder(row: OutboxRow) -> None:
    """Remind of a query that is not answered, or escalate it."""
    if row.account_id is not None:
        climb(account_id=row.account_id, query_id=row.payload["query"])


@handler(SUGGEST, lane="bulk")
def suggest(row: OutboxRow) -> None:
    """Offer the coder what the account's documents name."""
    if row.account_id is not None:
        make_suggestions(account_id=row.account_id)
