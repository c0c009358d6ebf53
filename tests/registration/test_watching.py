"""A watched folder: complete files only, each message kept, moved with its outcome, killed anywhere and taken up again."""

import contextlib
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction

from accounts.errors import Refused
from coding_workflow.registration.hl7 import limits
from coding_workflow.registration.models import Delivery, Feed, InboundMessage
from coding_workflow.registration.services import deliveries, watching
from coding_workflow.registration.services.watching import FolderWatch
from tests.cast import Cast
from tests.registration import sending
from tests.registration.feeds import feed_of

GOOD = sending.admit() + sending.summary()
MIXED = sending.admit() + sending.discharge(disposition="ZZ")


@pytest.fixture
def feed(cast: Cast, settings: LazySettings, tmp_path: Path) -> Feed:
    settings.FEED_FOLDER_ROOT = str(tmp_path / "feeds")
    return feed_of(cast, kind="folder", folder="adt/in")


@pytest.fixture
def folder(feed: Feed) -> Path:
    return watching.folder_of(feed)


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


def _look_twice(feed: Feed) -> None:
    watch = FolderWatch(feed)
    watch.look()
    watch.look()


def test_a_file_is_taken_when_two_looks_found_it_the_same(feed: Feed, folder: Path) -> None:
    file, watch = folder / "a.hl7", FolderWatch(feed)
    file.write_bytes(GOOD[:40])
    assert watch.look() == 1
    file.write_bytes(GOOD)
    assert watch.look() == 1
    assert not InboundMessage.objects.exists()
    assert watch.look() == 0
    assert _names(folder) == {"done/a.hl7", "done/a.hl7.outcome.txt"}
    assert set(InboundMessage.objects.values_list("status", flat=True)) == {"applied"}


def test_what_failed_goes_apart_and_its_outcome_names_reasons_and_no_patient(feed: Feed, folder: Path) -> None:
    (folder / "a.hl7").write_bytes(MIXED)
    _look_twice(feed)
    said = (folder / "failed" / "a.hl7.outcome.txt").read_text()
    assert "2 of 2 messages: 1 applied, 1 failed" in said
    listed = InboundMessage.objects.get(status="failed")
    assert f"2  ADT A03  failed  registration.unmapped_disposition  PV1-36  import {listed.pk}" in said
    assert not any(word in said for word in ("Testcase", "Pat", "M100", "A100"))


def test_unfinished_names_links_pipes_and_folders_are_left_alone(feed: Feed, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.hl7").write_bytes(GOOD)
    for name in (".hidden", "a.hl7.tmp", "b.PART", "c.filepart"):
        (folder / name).write_bytes(GOOD)
    (folder / "link.hl7").symlink_to(tmp_path / "elsewhere.hl7")
    os.mkfifo(folder / "pipe.hl7")
    (folder / "folder.hl7").mkdir()
    before = _names(folder)
    _look_twice(feed)
    assert _names(folder) == before
    assert not InboundMessage.objects.exists()


def test_an_empty_a_damaged_and_a_too_large_file_go_apart(feed: Feed, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 2_000)
    for name, body in (("empty", b""), ("cut", b"BHS|^~\\&\r" + sending.admit()), ("large", b"x" * 2_001)):
        (folder / f"{name}.hl7").write_bytes(body)
    _look_twice(feed)
    assert {path.name for path in (folder / "failed").glob("*.hl7")} == {"empty.hl7", "cut.hl7", "large.hl7"}
    assert sorted(InboundMessage.objects.values_list("code", flat=True)) == ["hl7.batch", "hl7.empty"]
    assert Delivery.objects.get(name="large.hl7").said == "The file is larger than 20 MB."


def test_a_name_that_came_before_keeps_both_files(feed: Feed, folder: Path) -> None:
    for body in (GOOD, sending.charge()):
        (folder / "daily.hl7").write_bytes(body)
        _look_twice(feed)
    assert len(list((folder / "done").glob("daily.hl7*"))) == 4
    assert InboundMessage.objects.count() == 3


def test_a_stop_leaves_the_file_to_the_next_start(feed: Feed, folder: Path) -> None:
    (folder / "a.hl7").write_bytes(GOOD)
    watch = FolderWatch(feed)
    watch.look()
    watch.look(lambda: False)
    assert (InboundMessage.objects.count(), _names(folder)) == (1, {"a.hl7"})
    _look_twice(feed)
    assert list(InboundMessage.objects.values_list("times_received", flat=True)) == [1, 1]
    assert "done/a.hl7" in _names(folder)


@pytest.mark.parametrize("name", ["../out", "/etc", "", "link", "."])
def test_a_folder_that_leads_out_is_refused(feed: Feed, folder: Path, name: str, tmp_path: Path) -> None:
    (tmp_path / "feeds" / "link").symlink_to(tmp_path)
    feed.folder = name
    with pytest.raises(Refused, match=r"feed\.folder"):
        watching.folder_of(feed)


class Killed(BaseException):
    """Stands for kill -9: nothing catches it; the transaction that it ends is undone, what was committed stays."""


#: Every effect of taking a file, in order; each is interrupted before and after it happens.
EFFECTS: tuple[tuple[Any, str], ...] = (
    (deliveries, "begin"),
    (deliveries, "deliver"),
    (deliveries, "import_next"),
    (deliveries, "outcome_text"),
    (Path, "replace"),
    (Path, "rename"),
    (watching, "_sync"),
)


def _killing(monkeypatch: pytest.MonkeyPatch, at: int) -> list[int]:
    """Make the ``at``-th moment of a run its last; answers the count of moments."""
    moments = [0]

    def pass_by() -> None:
        moments[0] += 1
        if moments[0] == at:
            raise Killed

    def wrapped(real: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            pass_by()
            answer = real(*args, **kwargs)
            pass_by()
            return answer

        return call

    for place, name in EFFECTS:
        monkeypatch.setattr(place, name, wrapped(getattr(place, name)))
    return moments


def _end_state(feed: Feed, folder: Path) -> Any:
    rows = InboundMessage.objects.order_by("pk").values_list("control_id", "status", "times_received")
    files = Delivery.objects.values_list("name", "state", "done", "total", "outcomes")
    outcomes = [path.read_text().split("\n", 1)[1] for path in folder.rglob("*.outcome.txt")]
    return list(rows), list(files), _names(folder), [text.rsplit("import", 1)[0] for text in outcomes]


def test_killed_at_any_moment_a_second_run_ends_in_the_same_state(
    feed: Feed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def play(at: int) -> tuple[Any, int]:
        for path in folder.rglob("*"):
            if path.is_file():
                path.unlink()
        (folder / "a.hl7").write_bytes(MIXED)
        with transaction.atomic(), pytest.MonkeyPatch.context() as patched:
            moments = _killing(patched, at)
            with contextlib.suppress(Killed):
                _look_twice(feed)
            patched.undo()
            _look_twice(feed)
            state = _end_state(feed, folder)
            transaction.set_rollback(True)
        return state, moments[0]

    whole, moments = play(0)
    assert whole[2] == {"failed/a.hl7", "failed/a.hl7.outcome.txt"}
    assert moments > 14
    for at in range(1, moments + 1):
        assert play(at)[0] == whole, f"killed at moment {at} of {moments}"
