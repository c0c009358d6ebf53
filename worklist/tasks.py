"""What the relay and the workers run for the people's pages."""

from accounts.models import OutboxRow
from coding_workflow.outbox.registry import errand, handler, periodic

from . import counts
from .api import idempotency
from .mailing import services as mailing
from .operating import feeds
from .queueing import rerouting, services
from .webhooks import services as webhooks


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


@handler(webhooks.DELIVER, lane="bulk")
def deliver(row: OutboxRow) -> None:
    """Tell one receiver of one event. It reaches outside in its run: a delivery may come twice, under one id."""
    webhooks.deliver(delivery_id=row.payload["delivery"])


@errand(mailing.MAIL)
def mail(row: OutboxRow) -> None:
    """Tell one address that a query waits, at most once."""
    if row.facility_id is not None:
        mailing.deliver(mail_id=row.payload["mail"], facility_id=row.facility_id)


@periodic(60)
def purge_what_was_told() -> None:
    """A batch of old deliveries and of old requests' keys."""
    webhooks.purge()
    idempotency.purge()
