"""Queries in figures: what is open and how old, and within a time box how many are answered, how fast, and what they say.

A query that stays open for ever must not count as a good rate: the rate counts answers within a week of sending, of every
query whose week is over or that is answered. Withdrawn queries count nowhere. Each figure costs what was sent in its time box.
"""

import datetime
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet

from accounts import clock
from coding_workflow.coding.models import OPEN_STATUSES, ProviderQuery, QueryKind, QueryOutcome, QueryStatus, SentQuery
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User

from .queries import QueryLine, line

#: Days back that may be chosen.
BOXES: Final = (30, 90)
#: Days within which an answer counts for the rate.
WITHIN: Final = 7
#: Open queries shown; the oldest come first.
MOST_SHOWN: Final = 200


class Median(Aggregate):
    """The middle value, interpolated, as PostgreSQL computes it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Figures:
    """A time box of one provider, or of all (``provider`` empty). Shares are whole percents; None where nothing counts."""

    provider: str
    sent: int
    answered: int
    rate: int | None
    median: str
    agreement: int | None
    undetermined: int


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One open query of a list, with its account and age in days."""

    line: QueryLine
    account: str
    coder: str
    days: int


def open_queries(user: User) -> list[OpenLine]:
    """Open queries of the person's facilities, oldest first; restricted accounts only where opened. One query."""
    rows = visible(ProviderQuery.objects.filter(status__in=OPEN_STATUSES), user)
    rows = rows.select_related("provider", "account", "asked_by").defer("text", "options", "indicators")
    now = clock.now()
    return [_open(row, now) for row in rows.order_by("sent_at", "pk")[:MOST_SHOWN]]


def _open(row: ProviderQuery, now: datetime.datetime) -> OpenLine:
    days = (now - row.sent_at).days if row.sent_at else 0
    return OpenLine(line(row), row.account.number, str(row.asked_by), days)


def by_age(lines: list[OpenLine]) -> tuple[tuple[str, int], ...]:
    """How many wait for an answer, by age. Pure."""
    waiting = [each.days for each in lines if each.line.status == QueryStatus.SENT]
    bands = (("Up to 2 days", 0, 2), ("3 to 7 days", 3, 7), ("8 to 14 days", 8, 14), ("Over 14 days", 15, 10**6))
    return tuple((words, sum(first <= days <= last for days in waiting)) for words, first, last in bands)


def figures(user: User, days: int) -> Figures:
    """The whole time box. One query."""
    return _read("", _in_box(user, days).aggregate(**_measures()))


def by_provider(user: User, days: int) -> list[Figures]:
    """The same for each provider, most asked first. One query."""
    rows = _in_box(user, days).values("provider__family_name", "provider__given_name", "provider_id")
    grouped: Any = rows.annotate(**_measures())
    ordered = grouped.order_by(F("sent_count").desc(), "provider__family_name", "provider_id")
    return [_read(f"{row['provider__family_name']}, {row['provider__given_name']}".rstrip(", "), row) for row in ordered[:100]]


def _in_box(user: User, days: int) -> QuerySet[SentQuery]:
    since = clock.now() - datetime.timedelta(days=days)
    rows = SentQuery.objects.filter(facility_id__in=user.facility_ids(), sent_at__gte=since)
    return rows.exclude(query__status=QueryStatus.WITHDRAWN)


def _measures() -> dict[str, Any]:
    response = F("query__response__answered_at")
    took = ExpressionWrapper(response - F("sent_at"), output_field=DurationField())
    week = datetime.timedelta(days=WITHIN)
    answered = Q(query__response__isnull=False)
    in_time = answered & Q(query__response__answered_at__lte=F("sent_at") + week)
    closed_kind = answered & ~Q(query__kind=QueryKind.OPEN)
    return {
        "sent_count": Count("pk"),
        "answered_count": Count("pk", filter=answered),
        "due": Count("pk", filter=answered | Q(sent_at__lte=clock.now() - week)),
        "in_time": Count("pk", filter=in_time),
        "took": Median(took, filter=answered),
        "put": Count("pk", filter=closed_kind),
        "agreed": Count("pk", filter=closed_kind & Q(query__response__outcome=QueryOutcome.AGREED)),
        "undetermined": Count("pk", filter=closed_kind & Q(query__response__outcome=QueryOutcome.UNDETERMINED)),
    }


def _read(provider: str, row: dict[str, Any]) -> Figures:
    return Figures(
        provider=provider,
        sent=row["sent_count"],
        answered=row["answered_count"],
        rate=_share(row["in_time"], row["due"]),
        median=_duration(row["took"]),
        agreement=_share(row["agreed"], row["put"]),
        undetermined=row["undetermined"],
    )


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def _duration(took: datetime.timedelta | None) -> str:
    if took is None:
        return ""
    hours = took.total_seconds() / 3600
    if hours < 1:
        return "under 1 h"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.1f} d"
