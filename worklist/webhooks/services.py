"""Adding and ending webhooks, changing their keys; telling and delivering."""

import datetime
import json
import time
from collections.abc import Collection
from typing import Any, Final

from django.db import connection, transaction

from accounts import chain, clock
from accounts.errors import Conflict, Refused
from accounts.models import Event, Facility
from accounts.outbox import enqueue
from coding_workflow.staff import sealing
from coding_workflow.staff.models import User
from coding_workflow.staff.services.rights import note, require_administrator_at

from . import addresses, kinds, sending, signing
from .models import Webhook, WebhookDelivery

DELIVER: Final = "worklist.webhook"
#: How long the key before signs along, so that receivers can change theirs.
OVERLAP: Final = datetime.timedelta(hours=24)
KEPT: Final = datetime.timedelta(days=30)
MOST: Final = 20
_BATCH: Final = 1000
_PURPOSE: Final = "worklist.webhooks"

_PURGE: Final = """
DELETE FROM worklist_webhookdelivery WHERE id IN (
    SELECT id FROM worklist_webhookdelivery WHERE asked_at < %s ORDER BY asked_at LIMIT %s FOR UPDATE SKIP LOCKED)
"""


@transaction.atomic
def add_webhook(*, by: User, facility: Facility, name: str, url: str, told_of: Collection[str]) -> tuple[Webhook, str]:
    """Tell a receiver from now on; answers it and the key of its signatures, told once.

    Raises NotAllowed ``staff.not_administrator``; Refused ``webhook.name``, ``webhook.url``, ``webhook.host``,
    ``webhook.kinds``; Conflict ``webhook.many`` with twenty at the facility.
    """
    require_administrator_at(by, facility)
    if not name.strip():
        raise Refused("webhook.name", "Say who receives it.", fix="name")
    addresses.target_of(url)
    chosen = [kind.code for kind in kinds.KINDS if kind.code in told_of]
    if not chosen or len(chosen) != len(set(told_of)):
        raise Refused("webhook.kinds", "Choose what it is told of.", fix="kinds")
    Facility.objects.select_for_update().get(pk=facility.pk)
    if Webhook.objects.filter(facility=facility, ended_at__isnull=True).count() >= MOST:
        raise Conflict("webhook.many", f"{facility.name} has {MOST} webhooks; end one first.")
    key = signing.new_key()
    made = Webhook.objects.create(
        facility=facility,
        name=name.strip()[:80],
        url=url,
        kinds=chosen,
        key=sealing.seal(_PURPOSE, key),
        made_by=by,
        made_at=clock.now(),
    )
    note(by=by, person=by, kind="webhook.added", facility=facility, webhook=made.pk)
    return made, key


@transaction.atomic
def change_key(*, by: User, webhook: Webhook) -> str:
    """A new key, told once; the one before signs along for a day.

    Raises NotAllowed ``staff.not_administrator``, Conflict ``webhook.ended``.
    """
    row = _locked(by, webhook)
    key = signing.new_key()
    row.key_before, row.key_before_until = row.key, clock.now() + OVERLAP
    row.key = sealing.seal(_PURPOSE, key)
    row.save(update_fields=["key", "key_before", "key_before_until"])
    note(by=by, person=by, kind="webhook.key_changed", facility=row.facility, webhook=row.pk)
    return key


@transaction.atomic
def end_webhook(*, by: User, webhook: Webhook) -> None:
    """Tell the receiver nothing more, what waits included. Raises as ``change_key``."""
    row = _locked(by, webhook)
    row.ended_at, row.ended_by = clock.now(), by
    row.save(update_fields=["ended_at", "ended_by"])
    note(by=by, person=by, kind="webhook.ended", facility=row.facility, webhook=row.pk)


def _locked(by: User, webhook: Webhook) -> Webhook:
    row = Webhook.objects.select_for_update(of=("self",)).select_related("facility").get(pk=webhook.pk)
    require_administrator_at(by, row.facility)
    if row.ended_at is not None:
        raise Conflict("webhook.ended", "This webhook has ended.")
    return row


def tell(*, event: Event) -> None:
    """A listener of every event: leave a delivery for each receiver of its kind, in the transaction that appends it."""
    if event.kind not in kinds.EVENTS:
        return
    payload = json.loads(event.payload)
    found = {kind.code for kind in kinds.of_event(event.kind, payload)}
    if not found:
        return
    receivers = Webhook.objects.filter(facility_id=event.facility_id, ended_at__isnull=True, kinds__overlap=sorted(found))
    for webhook in receivers:
        _leave(webhook, event, next(code for code in webhook.kinds if code in found))


def _leave(webhook: Webhook, event: Event, kind: str) -> None:
    made = WebhookDelivery.objects.create(
        facility_id=event.facility_id,
        account_id=event.account_id,
        webhook=webhook,
        event=event,
        kind=kind,
        asked_at=clock.now(),
    )
    enqueue(kind=DELIVER, key=str(made.pk), account_id=event.account_id, payload={"delivery": made.pk})


def deliver(*, delivery_id: int) -> None:
    """Send one delivery, signed, and write down that it was taken. One that is gone, done or whose webhook has ended is left.

    No row is locked while the receiver is waited for. The answer is written after it came: when that fails, the same id is
    sent again, and the receiver knows it.
    """
    delivery = WebhookDelivery.objects.select_related("webhook", "event").filter(pk=delivery_id).first()
    if delivery is None or delivery.delivered_at is not None or delivery.webhook.ended_at is not None:
        return
    body = chain.canonical(message_of(delivery)).encode()
    answered = sending.post(delivery.webhook.url, body, headers_of(delivery, body, at=int(time.time())))
    WebhookDelivery.objects.filter(pk=delivery.pk).update(delivered_at=clock.now(), answered=answered)


def message_of(delivery: WebhookDelivery) -> dict[str, Any]:
    """What the receiver is told: the kind and ids, nothing else."""
    at = delivery.event.at
    return {
        "id": str(delivery.uuid),
        "kind": delivery.kind,
        "at": at.isoformat() if at else "",
        "facility": delivery.facility_id,
        "account": delivery.account_id,
        **kinds.BY_CODE[delivery.kind].ids(json.loads(delivery.event.payload)),
    }


def headers_of(delivery: WebhookDelivery, body: bytes, *, at: int) -> dict[str, str]:
    """Type, id, time and signature."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "coding-workflow",
        "Webhook-Id": str(delivery.uuid),
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": signing.signature(_keys(delivery.webhook), message=str(delivery.uuid), at=at, body=body),
    }


def _keys(webhook: Webhook) -> list[str]:
    sealed = [webhook.key]
    if webhook.key_before and webhook.key_before_until and webhook.key_before_until > clock.now():
        sealed.append(webhook.key_before)
    return [sealing.unseal(_PURPOSE, each) for each in sealed]


def purge() -> int:
    """Delete a batch of deliveries that are older than 30 days; answers how many. The events they told of stay."""
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, [clock.now() - KEPT, _BATCH])
        return int(cursor.rowcount)
