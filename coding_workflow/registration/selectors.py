"""Reads of the message list."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from .models import InboundMessage, MessageStatus

_OPEN = (MessageStatus.FAILED, MessageStatus.PARKED)


def error_list(facility_ids: Iterable[int]) -> QuerySet[InboundMessage]:
    """Messages of these facilities that failed or wait, newest first, without their bodies."""
    rows = InboundMessage.objects.filter(facility_id__in=list(facility_ids), status__in=_OPEN)
    return rows.defer("raw").order_by("-received_at", "-pk")


def unplaced() -> QuerySet[InboundMessage]:
    """Failed messages that name no facility we know: for administrators of the installation only."""
    rows = InboundMessage.objects.filter(facility__isnull=True, status=MessageStatus.FAILED)
    return rows.defer("raw").order_by("-received_at", "-pk")


def count_by_status(facility_ids: Iterable[int]) -> dict[str, int]:
    """How many messages of these facilities stand where."""
    rows = InboundMessage.objects.filter(facility_id__in=list(facility_ids)).values_list("status").annotate(Count("pk"))
    return {str(status): number for status, number in rows.order_by("status")}
