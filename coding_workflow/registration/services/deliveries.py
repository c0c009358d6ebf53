"""A file of a feed, message by message: what is done is committed with each message, so any interruption goes on where it was."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction

from accounts import clock
from accounts.scope import ALL, scoped
from coding_workflow.registration.models import (
    Delivery,
    DeliverySource,
    DeliveryState,
    Feed,
    InboundMessage,
    MessageStatus,
)

from .delivering import deliver

#: Messages that were not applied and are named one by one; the list of imports has all of them.
MOST_LISTED: Final = 200
_OVER: Final = (DeliveryState.DONE, DeliveryState.STOPPED)


def begin(*, feed: Feed, name: str, stamp: str, raw: bytes) -> Delivery:
    """The delivery of one file of a folder; the same file found again (same place, time and content) is the same delivery."""
    with scoped(ALL):
        delivery, _ = Delivery.objects.get_or_create(
            feed=feed,
            source=DeliverySource.FOLDER,
            name=name[:255],
            stamp=stamp,
            sha256=hashlib.sha256(raw).hexdigest(),
            defaults={"size": len(raw)},
        )
        return delivery


def import_next(*, delivery_id: int, messages: Sequence[bytes]) -> bool:
    """Import the next message of a file together with how far it is; False when there is none left.

    Raises what ``deliver`` raises while the database is away; then nothing of the message was kept.
    """
    with scoped(ALL):
        delivery = locked(delivery_id)
        if delivery.state in _OVER:
            return False
        delivery.state, delivery.total = DeliveryState.RUNNING, len(messages)
        if delivery.done < len(messages):
            note(delivery, deliver(messages[delivery.done], feed=delivery.feed))
        if delivery.done >= len(messages):
            end(delivery, DeliveryState.DONE)
        delivery.save()
        return delivery.state == DeliveryState.RUNNING


def refuse(*, delivery_id: int, sentence: str) -> None:
    """End a file of which nothing can be kept."""
    with scoped(ALL):
        delivery = locked(delivery_id)
        if delivery.state not in _OVER:
            delivery.total, delivery.said = 0, sentence[:300]
            end(delivery, DeliveryState.STOPPED)
            delivery.save()


def locked(delivery_id: int) -> Delivery:
    """The delivery, locked, with its feed."""
    return Delivery.objects.select_for_update(of=("self",)).select_related("feed").get(pk=delivery_id)


def end(delivery: Delivery, state: DeliveryState) -> None:
    """Over; the caller saves."""
    delivery.state, delivery.finished_at = state, clock.now()


def note(delivery: Delivery, message: InboundMessage) -> None:
    """Count one message, and name it when it was not applied; the caller saves."""
    delivery.done += 1
    status = "again" if message.times_received > 1 and message.status == MessageStatus.APPLIED else str(message.status)
    delivery.outcomes[status] = delivery.outcomes.get(status, 0) + 1
    if message.status in {MessageStatus.FAILED, MessageStatus.PARKED} and len(delivery.listed) < MOST_LISTED:
        delivery.listed.append(_line(delivery.done, message, delivery.dry))


def _line(position: int, message: InboundMessage, dry: bool) -> dict[str, Any]:
    place = f"{message.segment}-{message.field}" if message.field else message.segment
    return {
        "position": position,
        "message": None if dry else message.pk,
        "kind": f"{message.type} {message.trigger}".strip(),
        "status": str(message.status),
        "code": message.code,
        "place": place,
        "sentence": message.sentence,
    }


def went_well(delivery: Delivery) -> bool:
    """Every message was kept and none failed."""
    return delivery.state == DeliveryState.DONE and not delivery.outcomes.get(MessageStatus.FAILED)


@transaction.atomic
def outcome_text(*, delivery_id: int) -> str:
    """What became of a file, for the file beside it: counts, positions, reasons and places; no value of a message."""
    delivery = Delivery.objects.select_related("feed").get(pk=delivery_id)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(delivery.outcomes.items())) or "nothing kept"
    lines = [
        f"Feed {delivery.feed.code}, delivery {delivery.pk}, {delivery.size} bytes",
        f"SHA-256 {delivery.sha256}",
        f"{delivery.done} of {delivery.total or 0} messages: {counts}",
    ]
    if delivery.said:
        lines.append(delivery.said)
    for row in delivery.listed:
        number = f"import {row['message']}" if row["message"] else "not kept"
        lines.append(f"{row['position']}  {row['kind'] or '-'}  {row['status']}  {row['code']}  {row['place'] or '-'}  {number}")
    return "\n".join(lines) + "\n"
