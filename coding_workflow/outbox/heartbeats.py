"""Signs of life: the relay's own, and a word through the broker to a worker of each lane and back into the database."""

import time
from typing import Final

from django.conf import settings
from django.db import connection

from accounts.outbox import LANES
from accounts.scope import ALL, scoped

RELAY, CLOCK = "relay", "clock"
#: Every process that a whole installation has.
PROCESSES: Final = (RELAY, CLOCK, *(f"worker.{lane}" for lane in LANES))
#: One process writes its sign at most once in so many seconds.
EVERY: Final = 10.0

_BEAT: Final = """
    INSERT INTO outbox_heartbeat (process, seen_at, version) VALUES (%s, clock_timestamp(), %s)
    ON CONFLICT (process) DO UPDATE SET seen_at = excluded.seen_at, version = excluded.version
"""
_AGES: Final = "SELECT process, extract(epoch FROM clock_timestamp() - seen_at), version FROM outbox_heartbeat"

_written: dict[str, float] = {}


def beat(process: str) -> bool:
    """Write that one such process is there; False when this one did so less than ``EVERY`` seconds ago."""
    at = time.monotonic()
    if at - _written.get(process, -EVERY) < EVERY:
        return False
    with scoped(ALL), connection.cursor() as cursor:
        cursor.execute(_BEAT, [process, settings.APPLICATION_VERSION])
    _written[process] = at
    return True


def ages() -> dict[str, tuple[float, str]]:
    """Seconds since each process was last there, and its version; one that never was is missing. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_AGES)
        return {process: (float(age), version) for process, age, version in cursor.fetchall()}
