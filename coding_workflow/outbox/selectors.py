"""How the outbox stands."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from accounts.models import OutboxRow, OutboxState

_STATUS = """
    SELECT count(*) FILTER (WHERE state = 'waiting'),
           count(*) FILTER (WHERE state = 'waiting' AND not_before <= clock_timestamp()),
           count(*) FILTER (WHERE state = 'leased'),
           count(*) FILTER (WHERE state = 'parked'),
           extract(epoch FROM clock_timestamp()
               - min(not_before) FILTER (WHERE state = 'waiting' AND not_before <= clock_timestamp()))
    FROM accounts_outboxrow WHERE state IN ('waiting', 'leased', 'parked')
"""


@dataclass(frozen=True, slots=True)
class Status:
    """Counts of unfinished rows. ``oldest_due_seconds`` is how long the oldest due row has waited; None when none is due.

    Finished rows are not counted: there may be many, and they say nothing about health.
    """

    waiting: int
    due: int
    leased: int
    parked: int
    oldest_due_seconds: float | None


def status() -> Status:
    """The outbox at this instant, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_STATUS)
        waiting, due, leased, parked_count, age = cursor.fetchone()
    return Status(waiting, due, leased, parked_count, None if age is None else float(age))


def parked(facility_ids: Collection[int] | None = None) -> QuerySet[OutboxRow]:
    """Work that was set aside, oldest first: of these facilities, or of all and of the system itself."""
    rows = OutboxRow.objects.filter(state=OutboxState.PARKED).select_related("account").order_by("pk")
    return rows if facility_ids is None else rows.filter(facility_id__in=facility_ids)
