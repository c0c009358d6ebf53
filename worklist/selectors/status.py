"""The installation's figures in words: what works, what is worth a look, and where to go about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import django
from django.conf import settings
from django.urls import reverse

from accounts import clock
from coding_workflow.codesets import overview
from coding_workflow.codesets.overview import Shelf
from coding_workflow.outbox import heartbeats
from coding_workflow.staff.models import Role, User
from worklist.operating.figures import Feed, Figures, Kind, figures
from worklist.operating.readiness import broker_answers
from worklist.selectors.parked import WORDS

OK, LOOK, BAD = "ok", "warn", "hold"
_WORD: Final = {OK: "Works", LOOK: "Look at it", BAD: "Does not work"}
_PROCESSES: Final = {
    heartbeats.RELAY: ("Relay", "rings the workers for work that is due"),
    heartbeats.CLOCK: ("Clock", "runs what is due by time: seals, counters, reminders"),
    "worker.interactive": ("Worker, interactive", "does what somebody waits for"),
    "worker.bulk": ("Worker, bulk", "does what may take its time"),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing with its state in a word, and a sentence with the figure behind it."""

    name: str
    state: str
    sentence: str
    url: str = ""
    link: str = ""
    said: str = ""

    @property
    def word(self) -> str:
        """The state in words, so that no colour is needed."""
        return self.said or _WORD[self.state]


@dataclass(frozen=True, slots=True)
class KindLine:
    """The unfinished work of one kind in words; ``late`` when it has waited longer than it should."""

    kind: Kind
    words: str
    oldest: str
    late: bool


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed of one facility; ``silent`` when it has been quiet for longer than ``FEED_SILENT_MINUTES``."""

    feed: Feed
    since: str
    silent: bool


@dataclass(frozen=True, slots=True)
class TableLine:
    """One code table and its release in force today."""

    shelf: Shelf
    group: str


@dataclass(frozen=True, slots=True)
class Status:
    """The whole page."""

    signs: tuple[Sign, ...]
    kinds: tuple[KindLine, ...]
    feeds: tuple[FeedLine, ...]
    tables: tuple[TableLine, ...]
    versions: tuple[tuple[str, str], ...]
    read: Figures

    @property
    def worst(self) -> str:
        """The state of the whole."""
        states = {sign.state for sign in self.signs}
        return next((state for state in (BAD, LOOK) if state in states), OK)


def status(viewer: User) -> Status:
    """How it stands. Feeds are those of the viewer's facilities; those of no known facility are the administrators'."""
    read = figures()
    seen = viewer.facility_ids()
    administers = viewer.has_role(Role.ADMINISTRATOR)
    feeds = [each for each in read.feeds if each.facility_id in seen or (each.facility_id is None and administers)]
    return Status(
        signs=tuple(_signs(read, feeds)),
        kinds=tuple(_kind(each) for each in read.outbox),
        feeds=tuple(_feed(each) for each in feeds),
        tables=tuple(_tables()),
        versions=_versions(read),
        read=read,
    )


def _signs(read: Figures, feeds: list[Feed]) -> Iterator[Sign]:
    yield from (_process(name, read) for name in _PROCESSES)
    answers = broker_answers()
    yield Sign(
        "Broker",
        OK if answers else LOOK,
        "It answers." if answers else "It does not answer: work for later waits, nothing is lost.",
    )
    yield _late(read)
    yield _parked(read)
    yield _silent(feeds)
    yield _backup(read)
    yield _sealed(read)


def _process(name: str, read: Figures) -> Sign:
    title, does = _PROCESSES[name]
    age, version = read.processes[name], read.versions.get(name, "")
    if age is None:
        return Sign(title, BAD, f"It {does}. It has never been seen.", said="Missing")
    other = (
        f" It runs version {version}, these pages {settings.APPLICATION_VERSION}."
        if version not in {"", settings.APPLICATION_VERSION}
        else ""
    )
    state = BAD if age > _lost_after(name) else LOOK if other else OK
    return Sign(title, state, f"It {does}. Seen {ago(age)}.{other}")


def _lost_after(name: str) -> int:
    """Seconds after which a process counts as lost; one run of a worker may last as long as its lease."""
    lease = settings.OUTBOX_LEASE_SECONDS.get(name.removeprefix("worker."), 0)
    return int(settings.HEARTBEAT_LOST_SECONDS + lease)


def _late(read: Figures) -> Sign:
    oldest = max((each.oldest or 0.0 for each in read.outbox), default=0.0)
    if not oldest:
        return Sign("Work for later", OK, "Nothing is due.")
    state = LOOK if oldest > settings.OUTBOX_LATE_SECONDS else OK
    return Sign("Work for later", state, f"The oldest due row has waited {span(oldest)}.")


def _parked(read: Figures) -> Sign:
    parked = sum(each.parked for each in read.outbox)
    if not parked:
        return Sign("Parked work", OK, "Nothing is parked.")
    return Sign(
        "Parked work", LOOK, f"{parked:,} failed too often to go on by themselves.", reverse("worklist:parked"), "Try again"
    )


def _silent(feeds: list[Feed]) -> Sign:
    if not feeds:
        return Sign("Feeds", LOOK, "No message has ever come.", reverse("worklist:imports"), "Imports")
    quiet = [each for each in feeds if _feed(each).silent]
    if not quiet:
        return Sign("Feeds", OK, f"Every feed sent something within {span(settings.FEED_SILENT_MINUTES * 60)}.")
    return Sign(
        "Feeds",
        LOOK,
        f"{len(quiet)} of {len(feeds)} silent for longer than {span(settings.FEED_SILENT_MINUTES * 60)}.",
        "#feeds-title",
        "Which",
    )


def _backup(read: Figures) -> Sign:
    if read.backup is None or read.backup_age is None:
        sentence = "None is on record: run 'make backup', or note one that other means make."
        return Sign("Backup", BAD, sentence, said="Missing")
    state = LOOK if read.backup_age > settings.BACKUP_LATE_HOURS * 3600 else OK
    plain = " It is not encrypted." if read.backup.encrypted is False else ""
    size = f", {size_of(read.backup.bytes)}" if read.backup.bytes else ""
    return Sign(
        "Backup", LOOK if plain else state, f"The last one ended {ago(read.backup_age)}{size}: {read.backup.name}.{plain}"
    )


def _sealed(read: Figures) -> Sign:
    if read.seal_age is None:
        return Sign("Seals", LOOK, "No seal can be seen from this machine: look where the relay writes them.")
    # Nothing new, no seal: a quiet night is no fault while the clock runs.
    runs = (read.processes[heartbeats.CLOCK] or float("inf")) <= settings.HEARTBEAT_LOST_SECONDS
    state = OK if runs or read.seal_age <= settings.SEAL_LATE_MINUTES * 60 else LOOK
    return Sign("Seals", state, f"The history was last sealed {ago(read.seal_age)}. Nothing new, no seal.")


def _kind(each: Kind) -> KindLine:
    late = (each.oldest or 0.0) > settings.OUTBOX_LATE_SECONDS
    return KindLine(each, WORDS.get(each.kind, each.kind), span(each.oldest) if each.oldest else "", late)


def _feed(each: Feed) -> FeedLine:
    return FeedLine(each, ago(each.silent), each.silent > settings.FEED_SILENT_MINUTES * 60)


def _tables() -> Iterator[TableLine]:
    return (TableLine(shelf, group) for group, shelves in overview.shelves(clock.today()) for shelf in shelves)


def _versions(read: Figures) -> tuple[tuple[str, str], ...]:
    return (
        ("Application", settings.APPLICATION_VERSION),
        ("Django", django.get_version()),
        ("PostgreSQL", read.server),
        ("Database", size_of(read.database_bytes)),
        ("Sessions", f"{read.sessions:,}"),
        ("Accounts to check again", f"{read.checks_due:,}"),
    )


def span(seconds: float) -> str:
    """A length of time as people say it, in its largest unit: ``40 s``, ``12 min``, ``3 h``, ``2 days``."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and unit != "days"):
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def ago(seconds: float) -> str:
    """How long ago."""
    return f"{span(seconds)} ago"


def size_of(count: int) -> str:
    """Bytes in the unit that fits."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1_000:
            return f"{amount:.0f} {unit}"
        amount /= 1_000
    return f"{amount:.1f} TB"
