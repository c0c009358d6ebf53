"""Webhooks as their pages show them: the receivers of a facility, and what each was told lately."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Q, QuerySet

from accounts.models import OutboxRow, OutboxState
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User

from .kinds import BY_CODE
from .models import Webhook, WebhookDelivery
from .services import DELIVER

#: Deliveries on one page, newest first.
SHOWN: Final = 50
_WHY: Final = {
    "ReceiverUnreachable": "nobody answers there, or its certificate is not the host's",
    "ReceiverSlow": "no answer in time",
    "ReceiverAnsweredOtherwise": "it answered with an error",
    "webhook.host": "its host is no longer on the installation's list",
    "webhook.address": "its name leads into a network that webhooks do not enter",
    "webhook.redirect": "it sends elsewhere",
}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery; ``words`` say how it stands, ``state`` is their colour."""

    delivery: WebhookDelivery
    words: str
    state: str
    attempts: int


def webhooks(user: User) -> "QuerySet[Webhook]":
    """The webhooks of the person's facilities, live ones first, with how many wait and when the last was taken. One query."""
    rows = Webhook.objects.select_related("facility", "made_by").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__delivered_at__isnull=True)),
        last=Max("deliveries__delivered_at"),
    )
    return visible(rows, user).order_by("-ended_at", "pk")


def deliveries(webhook: Webhook) -> list[DeliveryLine]:
    """The last deliveries, newest first, with what became of each. Two queries."""
    rows = list(WebhookDelivery.objects.filter(webhook=webhook).select_related("account")[:SHOWN])
    asked = OutboxRow.objects.filter(kind=DELIVER, key__in=[str(row.pk) for row in rows]).order_by("pk")
    work = {row.key: row for row in asked}
    return [_line(row, work.get(str(row.pk)), ended=webhook.ended_at is not None) for row in rows]


def kinds_of(webhook: Webhook) -> list[str]:
    """What it is told of, in words."""
    return [BY_CODE[code].words for code in webhook.kinds if code in BY_CODE]


def _line(row: WebhookDelivery, work: OutboxRow | None, *, ended: bool) -> DeliveryLine:
    attempts = work.attempts if work else 0
    if row.delivered_at is not None:
        return DeliveryLine(row, f"Taken ({row.answered})", "ok", attempts)
    if ended:
        return DeliveryLine(row, "Not sent: the webhook has ended", "", attempts)
    why = _why(work)
    if work is not None and work.state == OutboxState.PARKED:
        return DeliveryLine(row, f"Given up: {why}", "hold", attempts)
    return DeliveryLine(row, f"Tried again soon: {why}" if why else "Waiting", "warn" if why else "", attempts)


def _why(work: OutboxRow | None) -> str:
    code = work.error.split(" ")[0] if work else ""
    return _WHY.get(code, "it failed" if code else "")
