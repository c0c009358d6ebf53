"""How the installation stands at this moment, as numbers: what metrics tell and the status page puts into words.

Counts come from partial indexes over what is unfinished. Nothing here names a patient, an account or a person.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from accounts import clock, seals
from coding_workflow.database.models import Backup
from coding_workflow.outbox import heartbeats
from worklist.models import FeedHeard

# One statement for each state, so that each finds its partial index: finished rows of a week are not read.
_OUTBOX: Final = """
SELECT kind, 'waiting', count(*),
       extract(epoch FROM clock_timestamp() - min(not_before) FILTER (WHERE not_before <= clock_timestamp()))
FROM accounts_outboxrow WHERE state = 'waiting' GROUP BY kind
UNION ALL SELECT kind, 'leased', count(*), NULL FROM accounts_outboxrow WHERE state = 'leased' GROUP BY kind
UNION ALL SELECT kind, 'parked', count(*), NULL FROM accounts_outboxrow WHERE state = 'parked' GROUP BY kind
"""
_WORK: Final = "SELECT kind, count(*) FROM accounts_workitem WHERE closed_at IS NULL GROUP BY kind ORDER BY kind"
_SUMS: Final = """
SELECT (SELECT count(*) FROM release_checkdue), (SELECT count(*) FROM django_session WHERE expire_date > now()),
       pg_database_size(current_database()), current_setting('server_version')
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """The unfinished outbox rows of one kind; ``oldest`` is how many seconds the oldest due one has waited."""

    kind: str
    waiting: int = 0
    leased: int = 0
    parked: int = 0
    oldest: float | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """How many seconds ago a feed sent something for a facility; no code for a facility we do not know."""

    feed: str
    facility_id: int | None
    facility: str
    silent: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything at once. Ages are seconds; None is never."""

    outbox: tuple[Kind, ...]
    open_work: dict[str, int]
    checks_due: int
    sessions: int
    feeds: tuple[Feed, ...]
    processes: dict[str, float | None]
    versions: dict[str, str]
    backup: Backup | None
    backup_age: float | None
    seal_age: float | None
    database_bytes: int
    server: str


def figures() -> Figures:
    """Read them; seven queries and the end of one file."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTBOX)
        outbox = _kinds(cursor.fetchall())
        cursor.execute(_WORK)
        open_work: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(_SUMS)
        due, sessions, size, server = cursor.fetchone()
    beats, backup = heartbeats.ages(), Backup.objects.order_by("-pk").first()
    return Figures(
        outbox=outbox,
        open_work=open_work,
        checks_due=due,
        sessions=sessions,
        feeds=_feeds(),
        processes={name: beats[name][0] if name in beats else None for name in heartbeats.PROCESSES},
        versions={name: version for name, (_, version) in beats.items()},
        backup=backup,
        backup_age=_age(backup.finished_at) if backup else None,
        seal_age=_seal_age(),
        database_bytes=size,
        server=server,
    )


def _kinds(rows: list[tuple[str, str, int, float | None]]) -> tuple[Kind, ...]:
    found: dict[str, dict[str, float]] = {}
    for kind, state, count, oldest in rows:
        found.setdefault(kind, {})[state] = count
        if oldest is not None:
            found[kind]["oldest"] = float(oldest)
    return tuple(
        Kind(kind, int(each.get("waiting", 0)), int(each.get("leased", 0)), int(each.get("parked", 0)), each.get("oldest"))
        for kind, each in sorted(found.items())
    )


def _feeds() -> tuple[Feed, ...]:
    rows = FeedHeard.objects.select_related("facility").order_by("facility__code", "feed")
    return tuple(Feed(row.feed, row.facility_id, row.facility.code if row.facility else "", _age(row.heard_at)) for row in rows)


def _age(at: datetime.datetime) -> float:
    return max((clock.now() - at).total_seconds(), 0.0)


def _seal_age() -> float | None:
    """Since the last seal that this machine sees; None where the folder is another machine's or holds nothing readable."""
    try:
        newest = seals.newest(Path(settings.AUDIT_SEAL_DIR))
    except (OSError, ValueError):
        return None
    return _age(datetime.datetime.fromisoformat(newest.at)) if newest else None
