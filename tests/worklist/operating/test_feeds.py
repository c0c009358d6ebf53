"""When a feed was last heard of: kept from what came since, late commits included."""

import datetime

import pytest

from coding_workflow.registration.models import InboundMessage
from worklist.models import FeedHeard
from worklist.operating.feeds import note_feeds

THEN = datetime.datetime(2026, 9, 30, 12, 0, tzinfo=datetime.UTC)


def _message(facility, feed: str, at: datetime.datetime) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: at)
        InboundMessage.objects.create(feed=feed, facility=facility, sha256=f"{InboundMessage.objects.count():064}", raw=b"")


def _heard() -> dict[tuple[str | None, str], datetime.datetime]:
    rows = FeedHeard.objects.select_related("facility")
    return {(row.facility.code if row.facility else None, row.feed): row.heard_at for row in rows}


def test_each_feed_of_each_facility_has_its_newest_message(hospital):
    hour = datetime.timedelta(hours=1)
    for facility, feed, at in (
        (hospital.main, "adt", THEN),
        (hospital.other, "adt", THEN + hour),
        (None, "adt", THEN + 2 * hour),
    ):
        _message(facility, feed, at)
    assert note_feeds() == 3
    assert note_feeds() == 0
    assert _heard() == {("MAIN", "adt"): THEN, ("OTHER", "adt"): THEN + hour, (None, "adt"): THEN + 2 * hour}
    _message(hospital.main, "adt", THEN + 3 * hour)
    assert note_feeds() == 1
    assert _heard()[("MAIN", "adt")] == THEN + 3 * hour
    # The clock of one machine was behind: what was heard does not become older.
    _message(hospital.main, "adt", THEN)
    note_feeds()
    assert _heard()[("MAIN", "adt")] == THEN + 3 * hour
