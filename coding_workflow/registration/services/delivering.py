"""Raw bytes of a feed in: kept and applied one after the other, whatever the feed's format and whatever they hold."""

from collections.abc import Iterator
from typing import Final

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction

from accounts.errors import Conflict, Refused
from accounts.locking import one_at_a_time
from accounts.scope import ALL, scoped
from coding_workflow.outbox.runs import place_of
from coding_workflow.registration.models import Feed, FeedKind, InboundMessage

from .inbound import keep_unapplied
from .readers import reader_for

log = structlog.get_logger(__name__)

#: The database is away, or somebody holds what is needed: the same message can be brought again later.
AWAY: Final = (OperationalError, InterfaceError)


def import_for_feed(raw: bytes, *, feed: str) -> Iterator[InboundMessage]:
    """Import what one feed brought, message by message, one transaction each, answering each as it is done.

    Raises Refused ``feed.unknown`` and Conflict ``feed.off``.
    """
    found = feed_of(feed)
    for message in reader_for(found.format).split(raw):
        yield deliver(message, feed=found)


def feed_of(code: str) -> Feed:
    """The feed of this code, when it is switched on. Raises Refused ``feed.unknown``, Conflict ``feed.off``."""
    found = Feed.objects.filter(code=code).first()
    if found is None:
        raise Refused("feed.unknown", "There is no such feed.")
    if not found.enabled:
        raise Conflict("feed.off", "The feed is switched off.")
    return found


def deliver(raw: bytes, *, feed: Feed, by: int | None = None) -> InboundMessage:
    """Keep one message of a feed and apply it, after whatever the same feed is importing elsewhere (an API has no order).

    ``by`` is the key of the person who loaded the file it stands in.

    A defect of ours must not stop the feed: the message is kept as failed (``registration.defect``) and the log names
    the place. What may pass by itself (``AWAY``) is raised, and nothing was kept.
    """
    with scoped(ALL):
        if feed.kind != FeedKind.API:
            # Also when two processes serve it: the order of a feed is kept.
            one_at_a_time(f"registration.feed:{feed.pk}")
        try:
            with transaction.atomic():
                return reader_for(feed.format).take(raw, feed=feed.code, by=by)
        except (*AWAY, Refused, SoftTimeLimitExceeded):
            raise
        except Exception as error:  # the next message of the feed must not wait for our defect
            log.error("message_defect", feed=feed.pk, error=place_of(error))
            return keep_unapplied(
                raw,
                feed=feed.code,
                format=feed.format,
                code="registration.defect",
                sentence="This version of the application failed over it.",
            )
