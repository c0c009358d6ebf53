"""The status page: states in words, each with its figure and the way to mend it; nothing of any patient."""

import datetime

import pytest

from accounts import clock, seals
from accounts.models import OutboxRow
from coding_workflow.database.models import Backup
from coding_workflow.outbox import heartbeats
from coding_workflow.registration.models import InboundMessage
from tests.security.browser import signed_in
from worklist.models import FeedHeard
from worklist.operating.feeds import note_feeds
from worklist.selectors import status as selectors


@pytest.fixture(autouse=True)
def quiet(monkeypatch, settings, tmp_path):
    """A broker that answers, seals of this test alone."""
    settings.AUDIT_SEAL_DIR = str(tmp_path)
    heartbeats._written.clear()
    monkeypatch.setattr(selectors, "broker_answers", lambda: True)
    yield
    heartbeats._written.clear()


def sign(hospital, name: str) -> selectors.Sign:
    """What the page says about one thing."""
    hospital.ada.act_as([])
    return next(each for each in selectors.status(hospital.ada).signs if each.name == name)


def _all_well(hospital, tmp_path) -> None:
    for process in heartbeats.PROCESSES:
        heartbeats.beat(process)
    FeedHeard.objects.create(facility=hospital.main, feed="adt", last_message=1, heard_at=clock.now())
    Backup.objects.create(began_at=clock.now(), how="dump", name="backup-1", bytes=5_000_000, encrypted=True)
    hospital.account("A1")
    _event(hospital)
    seals.seal(tmp_path, at=clock.now())


def _event(hospital) -> None:
    from accounts import history  # noqa: PLC0415
    from accounts.locking import lock_account  # noqa: PLC0415
    from accounts.models import Account  # noqa: PLC0415

    history.record(account=lock_account(Account.objects.get(number="A1").pk), kind="account.noted", by=hospital.actor("ana"))


def test_nothing_that_was_never_seen_is_called_well(hospital):
    states = {each.name: each.state for each in selectors.status(hospital.ada).signs}
    for name in ("Relay", "Clock", "Worker, interactive", "Worker, bulk", "Backup"):
        assert states[name] == selectors.BAD
    assert states["Feeds"] == states["Seals"] == selectors.LOOK
    page = signed_in(hospital.cleo).get("/status/").content.decode()
    assert "Something has to be mended." in page
    assert "It has never been seen." in page
    assert "None is on record" in page


def test_when_all_is_well_it_says_so(hospital, tmp_path):
    _all_well(hospital, tmp_path)
    found = selectors.status(hospital.ada)
    assert {each.name for each in found.signs if each.state != selectors.OK} == set()
    page = signed_in(hospital.cleo).get("/status/").content.decode()
    assert "Everything works." in page
    assert "5 MB: backup-1" in page
    assert "Testcase" not in page


@pytest.mark.parametrize(("seconds", "state"), [(50, "ok"), (80, "ok"), (100, "hold")])
def test_a_worker_counts_as_lost_after_a_lease_more_than_the_others(hospital, seconds, state, settings):
    settings.OUTBOX_LEASE_SECONDS = {"interactive": 30, "bulk": 120}
    for process in heartbeats.PROCESSES:
        heartbeats.beat(process)
    _age("outbox_heartbeat", "seen_at", seconds)
    assert sign(hospital, "Worker, interactive").state == state
    assert sign(hospital, "Worker, bulk").state == "ok"
    assert sign(hospital, "Relay").state == ("ok" if seconds < 60 else "hold")


def _age(table: str, column: str, seconds: float) -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = clock_timestamp() - make_interval(secs => %s)", [seconds])


def test_another_version_behind_the_pages_is_told(hospital, settings):
    heartbeats.beat(heartbeats.RELAY)
    settings.APPLICATION_VERSION = "99.0"
    found = sign(hospital, "Relay")
    assert found.state == selectors.LOOK
    assert "these pages 99.0" in found.sentence


def test_what_waits_too_long_and_what_is_parked_is_told_with_the_way_to_it(hospital):
    account, now = hospital.account("A1"), clock.now()
    for state, minutes in (("waiting", 10), ("parked", 0)):
        OutboxRow.objects.create(
            kind="release.check", key=state, account=account, facility=hospital.main, state=state,
            not_before=now - datetime.timedelta(minutes=minutes),
        )  # fmt: skip
    page = signed_in(hospital.cleo).get("/status/").content.decode()
    assert "The oldest due row has waited 10 min." in page
    assert "Check the account" in page
    assert "Late</span>" in page
    assert 'href="/parked/">Try again' in page
    assert sign(hospital, "Parked work").state == selectors.LOOK


def test_feeds_are_those_of_ones_own_facilities(hospital):
    for facility, feed in ((hospital.main, "adt"), (hospital.other, "elsewhere"), (None, "unknown_sender")):
        InboundMessage.objects.create(feed=feed, facility=facility, sha256=feed.ljust(64), raw=b"")
    note_feeds()
    FeedHeard.objects.filter(feed="adt").update(heard_at=clock.now() - datetime.timedelta(hours=3))
    page = signed_in(hospital.cleo).get("/status/").content.decode()
    assert "adt" in page
    assert "Silent</span>" in page
    assert "1 of 1 silent for longer than 2 h." in page
    assert "elsewhere" not in page
    assert "unknown_sender" not in page
    assert "unknown_sender" in signed_in(hospital.ada).get("/status/").content.decode()


@pytest.mark.parametrize(
    ("hours", "encrypted", "state"), [(1, True, "ok"), (1, None, "ok"), (1, False, "warn"), (27, True, "warn")]
)
def test_a_backup_is_young_and_encrypted_or_worth_a_look(hospital, monkeypatch, hours, encrypted, state):
    at = clock.now() - datetime.timedelta(hours=hours)
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: at)
        Backup.objects.create(began_at=at, how="dump", name="backup-1", encrypted=encrypted)
    assert sign(hospital, "Backup").state == state


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (5400, "2 h"), (3600, "1 h"), (90_000, "25 h"), (200_000, "2 days")],
)
def test_lengths_of_time_are_said_in_their_largest_unit(seconds, words):
    assert selectors.span(seconds) == words
