"""A file that somebody uploads: kept, imported a batch at a time in the background, or tried and undone."""

import hashlib
import time
from collections.abc import Iterable
from typing import Final

from django.db import transaction

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import OutboxRow, OutboxState
from accounts.outbox import enqueue
from accounts.scope import ALL, scoped
from coding_workflow.registration.hl7 import limits
from coding_workflow.registration.models import Delivery, DeliveryBody, DeliverySource, DeliveryState, Feed, FeedKind
from coding_workflow.staff.models import Role, User

from . import deliveries
from .delivering import deliver
from .readers import reader_for

IMPORT_FILE: Final = "registration.import_file"
#: One batch is one transaction: accounts stay locked until it ends, and live feeds wait for them.
BATCH_SECONDS: Final = 2.0
BATCH: Final = 50
#: A dry run is one transaction, so it tries the beginning of a long file.
DRY: Final = 100
DRY_SECONDS: Final = 4.0
#: Who uploads files.
UPLOADS: Final = (Role.ADMINISTRATOR, Role.SUPERVISOR)
_OPEN: Final = (DeliveryState.WAITING, DeliveryState.RUNNING)


def uploadable(user: User) -> list[Feed]:
    """Feeds for which the person may upload a file: those that are switched on and deliver only where they act."""
    mine = user.facility_ids()
    found = Feed.objects.visible_to(user).filter(enabled=True).exclude(kind=FeedKind.API).prefetch_related("facilities")
    return [feed for feed in found.order_by("title") if {facility.pk for facility in feed.facilities.all()} <= mine]


@transaction.atomic
def keep_upload(*, feed_id: int, name: str, chunks: Iterable[bytes], dry: bool, by: User) -> Delivery:
    """Keep a file and ask for it to be imported, or tried when ``dry``; its bytes go when that is done.

    NotAllowed ``upload.feed``; Refused ``upload.empty``, ``upload.too_large``.
    """
    feed = next((each for each in uploadable(by) if each.pk == feed_id), None)
    if feed is None:
        raise NotAllowed("upload.feed", "You upload files for feeds all of whose facilities are yours.")
    raw = _whole(chunks)
    delivery = Delivery.objects.create(
        feed=feed,
        source=DeliverySource.UPLOAD,
        name=name[:255],
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        dry=dry,
        by=by,
    )
    DeliveryBody.objects.create(delivery=delivery, content=raw)
    _ask(delivery)
    return delivery


def run_upload(*, delivery_id: int) -> None:
    """Import the next batch of a file and ask for the one after it; the outbox calls this. Safe to run twice."""
    with scoped(ALL):
        delivery = deliveries.locked(delivery_id)
        body = DeliveryBody.objects.filter(delivery=delivery).first()
        if delivery.state not in _OPEN or body is None:
            return
        messages = reader_for(delivery.feed.format).split(bytes(body.content))
        delivery.state, delivery.total = DeliveryState.RUNNING, len(messages)
        if delivery.dry:
            _try(delivery, messages)
        else:
            _import(delivery, messages)
        if delivery.dry or delivery.done >= len(messages):
            deliveries.end(delivery, DeliveryState.DONE)
            body.delete()
        else:
            _ask(delivery)
        delivery.save()


@transaction.atomic
def stop_upload(*, delivery_id: int, by: User) -> Delivery:
    """Leave the rest of a file; what is imported stays. Conflict ``upload.over`` when there is no rest."""
    delivery = deliveries.locked(delivery_id)
    if delivery.feed_id not in {feed.pk for feed in uploadable(by)}:
        raise NotAllowed("upload.feed", "You upload files for feeds all of whose facilities are yours.")
    if delivery.state not in _OPEN or delivery.source != DeliverySource.UPLOAD:
        raise Conflict("upload.over", "This file is not being imported any more.")
    DeliveryBody.objects.filter(delivery=delivery).delete()
    delivery.said = f"Stopped by {by.full_name}."
    deliveries.end(delivery, DeliveryState.STOPPED)
    delivery.save()
    return delivery


def stuck(delivery: Delivery) -> bool:
    """Whether the background gave up on a file that is not done."""
    if delivery.source != DeliverySource.UPLOAD or delivery.state not in _OPEN:
        return False
    at_work = OutboxRow.objects.filter(
        kind=IMPORT_FILE, key=str(delivery.pk), state__in=(OutboxState.WAITING, OutboxState.LEASED)
    )
    return not at_work.exists()


def _whole(chunks: Iterable[bytes]) -> bytes:
    raw = bytearray()
    for chunk in chunks:
        raw += chunk
        if len(raw) > limits.FILE_BYTES:
            raise Refused("upload.too_large", "A file is at most 20 MB; send it in parts.", fix="file")
    if not raw.strip():
        raise Refused("upload.empty", "The file is empty.", fix="file")
    return bytes(raw)


def _import(delivery: Delivery, messages: tuple[bytes, ...]) -> None:
    end = time.monotonic() + BATCH_SECONDS
    for raw in messages[delivery.done : delivery.done + BATCH]:
        deliveries.note(delivery, deliver(raw, feed=delivery.feed, by=delivery.by_id))
        if time.monotonic() > end:
            return


def _try(delivery: Delivery, messages: tuple[bytes, ...]) -> None:
    """The beginning of a file, in its order, undone: what the first messages make is there for those after them."""
    end = time.monotonic() + DRY_SECONDS
    with transaction.atomic():
        for raw in messages[:DRY]:
            deliveries.note(delivery, deliver(raw, feed=delivery.feed, by=delivery.by_id))
            if time.monotonic() > end:
                break
        transaction.set_rollback(True)


def _ask(delivery: Delivery) -> None:
    enqueue(kind=IMPORT_FILE, key=str(delivery.pk), payload={"delivery": delivery.pk}, lane="bulk")
