"""The watch over the feeds' processes, and who may come through a listener's door."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError

from coding_workflow.registration.listener import crew as crews
from coding_workflow.registration.listener.crew import Crew
from coding_workflow.registration.listener.doorway import NoCertificate, certificate, doorway
from coding_workflow.registration.models import Feed
from tests.cast import Cast
from tests.registration.feeds import feed_of, mllp_feed


class Process:
    """A process that lives until it is asked to stop, or killed."""

    def __init__(self) -> None:
        self.returncode: int | None = None
        self.deaf = False

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: int) -> None:
        self.returncode = None if self.deaf else 0

    def wait(self, seconds: float | None = None) -> int:
        if self.returncode is None:
            raise subprocess.TimeoutExpired("feed", seconds or 0)
        return self.returncode

    def kill(self) -> None:
        self.returncode = -9


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Process]]:
    found: list[tuple[str, str, Process]] = []

    def start(command: str, code: str) -> Any:
        found.append((command, code, Process()))
        return found[-1][2]

    monkeypatch.setattr(crews, "_start", start)
    return found


def test_each_feed_that_is_switched_on_has_its_process(cast: Cast, started: list[tuple[str, str, Process]]) -> None:
    feed = mllp_feed(cast)
    feed_of(cast, "lab", kind="folder", folder="lab")
    feed_of(cast, "files")
    crew = Crew()
    crew.look()
    crew.look()
    assert [(command, code) for command, code, _ in started] == [("mllp", "adt"), ("watch_folder", "lab")]
    Feed.objects.filter(pk=feed.pk).update(enabled=False)
    crew.look()
    assert started[0][2].returncode == 0
    assert set(crew.members) == {"lab"}
    Feed.objects.filter(code="lab").update(kind="upload")
    started[1][2].deaf = True
    crew.look()
    assert started[1][2].returncode == -9
    assert not crew.members


def test_who_ends_is_started_again_later_and_later(cast: Cast, started: list[tuple[str, str, Process]]) -> None:
    mllp_feed(cast)
    crew = Crew()
    crew.look()
    member, begun = crew.members["adt"], crew.members["adt"].born
    for death, wait in enumerate((1, 2, 4, 8)):
        started[-1][2].returncode = 1
        now = member.born + 0.5
        member.tend(now)
        assert member.due == now + wait
        member.tend(now + wait - 0.1)
        assert len(started) == death + 1
        member.tend(now + wait)
        assert len(started) == death + 2
    started[-1][2].returncode = 1
    member.tend(member.born + 3600)
    assert member.deaths == 1
    assert member.born > begun


def test_a_database_that_is_away_changes_nothing(
    cast: Cast, started: list[tuple[str, str, Process]], monkeypatch: pytest.MonkeyPatch
) -> None:
    mllp_feed(cast)
    crew = Crew()
    crew.look()

    def away() -> None:
        raise OperationalError

    monkeypatch.setattr(Feed.objects, "running", away)
    monkeypatch.setattr(crews.connection, "close", lambda: None)
    crew.look()
    assert set(crew.members) == {"adt"}
    assert started[0][2].returncode is None


@pytest.mark.parametrize(
    ("allowed", "peer", "inside"),
    [
        ([], "127.0.0.1", True),
        ([], "::1", True),
        ([], "10.1.2.3", False),
        (["10.1.2.0/24"], "10.1.2.3", True),
        (["10.1.2.0/24"], "::ffff:10.1.2.3", True),
        (["10.1.2.0/24"], "10.1.3.3", False),
        (["10.1.2.0/24"], "127.0.0.1", False),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["10.1.2.0/24"], "", False),
    ],
)
def test_only_named_senders_come_in(allowed: list[str], peer: str, inside: bool) -> None:
    door = doorway(Feed(code="adt", kind="mllp", address="0.0.0.0", port=2575, allowed=allowed))
    assert door is not None
    assert door.lets_in(peer) is inside


def test_a_certificate_that_is_missing_is_named(settings: LazySettings, tmp_path: Path) -> None:
    settings.MLLP_TLS_CERTIFICATE = settings.MLLP_TLS_KEY = ""
    with pytest.raises(NoCertificate, match="are not set"):
        certificate()
    settings.MLLP_TLS_CERTIFICATE = settings.MLLP_TLS_KEY = str(tmp_path / "none.pem")
    with pytest.raises(NoCertificate, match="cannot be read"):
        certificate()
