"""How feeds are doing, and what was changed on them."""

import datetime
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts import clock
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User

from .models import (
    BulkRun,
    Delivery,
    DeliverySource,
    Feed,
    FeedEvent,
    FeedKind,
    FeedMap,
    InboundMessage,
    ListenerState,
    MessageStatus,
)
from .services.heartbeats import GONE_AFTER_SECONDS

MOST_EVENTS: Final = 50
MOST_FILES: Final = 20
#: Chip of a process's state.
_CHIPS: Final = {ListenerState.RUNNING: "ok", ListenerState.TROUBLE: "hold", ListenerState.STOPPED: "warn"}


@dataclass(frozen=True, slots=True)
class Health:
    """The process of a feed in words; ``chip`` is the colour of the words. Empty where no process serves it."""

    words: str = ""
    chip: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One feed with its day. ``silence`` is the time since the last message; ``silent`` when that is unusual."""

    feed: Feed
    facilities: str
    health: Health
    last_at: datetime.datetime | None
    silence: str
    silent: bool
    today: int
    failed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class _Counts:
    today: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)


def feeds() -> "QuerySet[Feed]":
    """Feeds with what a page names of them: facilities, heartbeat, last message."""
    last = InboundMessage.objects.filter(feed=OuterRef("code")).order_by("-received_at").values("received_at")[:1]
    return Feed.objects.select_related("state").prefetch_related("facilities").annotate(last_at=Subquery(last)).order_by("title")


def rows(user: User) -> list[FeedRow]:
    """The feeds of the person's facilities. Four queries, however many there are."""
    found = list(visible(feeds(), user))
    counts = _counts([feed.code for feed in found])
    return [_row(feed, counts) for feed in found]


def row(feed: Feed) -> FeedRow:
    """One feed of ``feeds()``."""
    return _row(feed, _counts([feed.code]))


def silent_feeds() -> list[Feed]:
    """Feeds that are switched on and longer without a message than their settings call usual, for who watches over them."""
    watched = feeds().filter(enabled=True, silence_minutes__isnull=False)
    return [feed for feed in watched if _is_silent(feed, clock.now())]


def maps(feed: Feed) -> "QuerySet[FeedMap]":
    """The mappings that the feed's messages meet: its own, and those for every feed of its facilities."""
    mine = Q(feed=feed.code) | Q(feed="")
    found = FeedMap.objects.filter(mine, facility__in=feed.facilities.all()).select_related("facility")
    return found.order_by("kind", "local", "facility__code", "-feed")


def events(feed: Feed) -> list[FeedEvent]:
    """The newest changes of the feed and of the mappings for every feed of its facilities."""
    mine = Q(feed=feed) | Q(feed=None, facility__in=feed.facilities.all())
    return list(FeedEvent.objects.filter(mine).select_related("by", "facility").order_by("-pk")[:MOST_EVENTS])


def deliveries(feed: Feed) -> list[Delivery]:
    """The newest files."""
    return list(Delivery.objects.filter(feed=feed).select_related("by").order_by("-pk")[:MOST_FILES])


def newest_files(user: User) -> list[Delivery]:
    """The newest uploads of the person's facilities."""
    found = visible(Delivery.objects.filter(source=DeliverySource.UPLOAD), user)
    return list(found.select_related("by", "feed").order_by("-pk")[:MOST_FILES])


def newest_runs(user: User) -> list[BulkRun]:
    """The newest choices of messages that were tried again or set aside."""
    return list(visible(BulkRun.objects.all(), user).select_related("by").order_by("-pk")[:MOST_FILES])


def _counts(codes: list[str]) -> _Counts:
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    counts = _Counts()
    ours = InboundMessage.objects.filter(feed__in=codes).order_by()
    counts.today.update(dict(ours.filter(received_at__gte=midnight).values_list("feed").annotate(count=Count("pk"))))
    listed = ours.filter(status__in=(MessageStatus.FAILED, MessageStatus.PARKED))
    for code, status, count in listed.values_list("feed", "status").annotate(count=Count("pk")):
        (counts.failed if status == MessageStatus.FAILED else counts.waiting)[code] += count
    return counts


def _row(feed: Feed, counts: _Counts) -> FeedRow:
    now = clock.now()
    last_at: datetime.datetime | None = feed.last_at  # type: ignore[attr-defined]
    return FeedRow(
        feed=feed,
        facilities=", ".join(facility.name for facility in feed.facilities.all()),
        health=health(feed, now),
        last_at=last_at,
        silence=_ago(now - last_at) if last_at else "",
        silent=_is_silent(feed, now),
        today=counts.today[feed.code],
        failed=counts.failed[feed.code],
        waiting=counts.waiting[feed.code],
    )


def health(feed: Feed, now: datetime.datetime) -> Health:
    """What the process of a feed last said, or that it says nothing."""
    if not feed.enabled:
        return Health("Switched off", "", "")
    if feed.kind not in {FeedKind.MLLP, FeedKind.FOLDER}:
        return Health()
    state = getattr(feed, "state", None)
    if state is None or now - state.beat_at > datetime.timedelta(seconds=GONE_AFTER_SECONDS):
        return Health("Not running", "hold", "No process serves this feed: “manage.py feeds” runs them all.")
    return Health(ListenerState(state.state).label, _CHIPS[ListenerState(state.state)], state.said)


def _is_silent(feed: Feed, now: datetime.datetime) -> bool:
    if not feed.enabled or feed.silence_minutes is None:
        return False
    last_at: datetime.datetime = feed.last_at or feed.created_at  # type: ignore[attr-defined]
    return now - last_at > datetime.timedelta(minutes=feed.silence_minutes)


def _ago(passed: datetime.timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
