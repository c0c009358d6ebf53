"""What the relay and the workers run for the people's pages."""

from accounts.models import OutboxRow
from coding_workflow.outbox.registry import handler, periodic

from . import counts
from .operating import feeds
from .queueing import rerouting, services


@handler(services.REROUTE, lane="bulk")
def reroute(row: OutboxRow) -> None:
    """Put one batch of open work where the published queues want it."""
    rerouting.run_batch(rerouting_id=row.payload["rerouting"])


@periodic(1)
def refresh_counters() -> None:
    """Queue, hold and DNFB numbers, while something changed."""
    counts.refresh_if_changed()


@periodic(30)
def note_feeds() -> None:
    """When each feed was last heard of."""
    feeds.note_feeds()
