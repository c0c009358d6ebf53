"""A watched folder: files that are complete are imported and moved to ``done`` or ``failed`` with their outcome beside them.

Every step can be interrupted and done again: messages and how far the file is are committed together, the outcome is written
before the file moves, and a file that moved is done.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings

from accounts.errors import Refused
from coding_workflow.registration.hl7 import limits
from coding_workflow.registration.models import Delivery, Feed

from . import deliveries
from .readers import reader_for

DONE, FAILED = "done", "failed"
OUTCOME: Final = ".outcome.txt"
#: Names that senders give to files they are still writing.
UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".writing", OUTCOME)

Look = tuple[int, int, int]
#: Asked after each message; no is for a process that was asked to stop.
GoOn = Callable[[], bool]


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file of the folder, as it was at one look."""

    path: Path
    look: Look

    @property
    def stamp(self) -> str:
        """Tells this file from another of the same name and content."""
        return f"{self.look[1]}:{self.look[2]}"


@dataclass
class FolderWatch:
    """One folder. A file is complete when two looks in a row found it the same."""

    feed: Feed
    _before: dict[str, Look] = field(default_factory=dict)

    def look(self, go_on: GoOn = _always) -> int:
        """Import what is complete, oldest first, as long as ``go_on`` says so; answers how many files wait to be complete."""
        folder = folder_of(self.feed)
        found = sorted(_regular_files(folder), key=lambda each: (each.look[1], each.path.name))
        complete = [each for each in found if self._before.get(each.path.name) == each.look]
        self._before = {each.path.name: each.look for each in found}
        for each in complete:
            if not take_file(each, self.feed, go_on):
                break
            self._before.pop(each.path.name, None)
        return len(found) - len(complete)


def folder_of(feed: Feed) -> Path:
    """The feed's folder with its two sub-folders, made when missing.

    Raises Refused ``feed.folder`` when it leads out of the folder of all feeds, by a link or otherwise.
    """
    root = Path(settings.FEED_FOLDER_ROOT).resolve()
    folder = root / feed.folder
    if not feed.folder or not folder.resolve().is_relative_to(root) or folder.resolve() == root:
        raise Refused("feed.folder", "The folder leads out of the folder of all feeds.", fix="folder")
    for each in (folder, folder / DONE, folder / FAILED):
        each.mkdir(mode=0o770, parents=True, exist_ok=True)
    return folder


def _regular_files(folder: Path) -> Iterator[Found]:
    """Links, pipes and folders are nobody's messages; a file that vanishes meanwhile was not for us."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED):
                continue
            try:
                about = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(about.st_mode):
                yield Found(Path(entry.path), (about.st_size, about.st_mtime_ns, about.st_ino))


def take_file(found: Found, feed: Feed, go_on: GoOn = _always) -> bool:
    """Import one complete file and move it; False when it was interrupted, and goes on at the next look.

    Raises OperationalError while the database is away; the file stays then.
    """
    raw = _bytes_of(found.path)
    delivery = deliveries.begin(feed=feed, name=found.path.name, stamp=found.stamp, raw=raw)
    if len(raw) > limits.FILE_BYTES:
        deliveries.refuse(delivery_id=delivery.pk, sentence="The file is larger than 20 MB.")
    else:
        messages = reader_for(feed.format).split(raw)
        while deliveries.import_next(delivery_id=delivery.pk, messages=messages):
            if not go_on():
                return False
    delivery.refresh_from_db()
    _put_away(found.path, delivery)
    return True


def _bytes_of(path: Path) -> bytes:
    """At most one byte over the limit; a link put in the file's place meanwhile is not followed."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:
        return stream.read(limits.FILE_BYTES + 1)


def _put_away(path: Path, delivery: Delivery) -> None:
    """The outcome first, complete or not at all; then the file, in one step."""
    folder = path.parent / (DONE if deliveries.went_well(delivery) else FAILED)
    target = folder / path.name
    if target.exists():
        target = folder / f"{path.name}.{delivery.pk}"
    outcome = target.with_name(target.name + OUTCOME)
    draft = outcome.with_name(f".{outcome.name}.{delivery.pk}")
    with draft.open("w", encoding="utf-8") as stream:
        stream.write(deliveries.outcome_text(delivery_id=delivery.pk))
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(outcome)
    path.rename(target)
    _sync(folder)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make the names in a folder outlast a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
