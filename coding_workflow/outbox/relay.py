"""The relay: finds due rows and rings the workers' bell. Several at once are safe; none at all loses nothing."""

import threading

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from accounts.outbox import LANES
from accounts.scope import ALL, scoped

from . import heartbeats, leases
from .bell import Bell
from .ear import Ear

log = structlog.get_logger(__name__)

_SWEEP_SECONDS = 1.0
# At most so many messages lie in a lane's queue. More would only be doubled each time the broker is lost.
_QUEUE_BOUND = 500
# While messages lie in the queue a row that was rung is most likely among them: it may wait so much longer.
_BUSY_FACTOR = 6

# Marks due rows as rung and answers their ids: those nobody rang yet, and those rung some time ago that
# no worker took. Rows locked by another relay are passed over.
_DUE_WAITING = """
    UPDATE accounts_outboxrow SET rung_at = clock_timestamp() WHERE id IN (
        SELECT id FROM accounts_outboxrow
        WHERE state = 'waiting' AND lane = %(lane)s AND not_before <= clock_timestamp()
            AND (rung_at IS NULL OR rung_at < clock_timestamp() - make_interval(secs => %(again)s))
        ORDER BY not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING id
"""

_RUN_OUT = """
    UPDATE accounts_outboxrow SET rung_at = clock_timestamp() WHERE id IN (
        SELECT id FROM accounts_outboxrow
        WHERE state = 'leased' AND lane = %(lane)s AND leased_until < clock_timestamp()
            AND (rung_at IS NULL OR rung_at < clock_timestamp() - make_interval(secs => %(again)s))
        ORDER BY leased_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING id
"""

_UNRING = "UPDATE accounts_outboxrow SET rung_at = NULL WHERE id = ANY(%s) AND rung_at IS NOT NULL"


class Relay:
    """Sweeps each second, and at once when PostgreSQL says that work was left."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._ear = Ear(stop)
        self._bell = Bell()

    def run(self) -> None:
        """Go on until told to stop, through restarts of the database and of the broker."""
        while not self._stop.is_set():
            try:
                self.sweep()
                self._sign_of_life()
            except DatabaseError as error:
                log.warning("relay.database_unreachable", error=type(error).__name__)
                connection.close()
            self._ear.wait(_SWEEP_SECONDS)
        self._ear.close()
        self._bell.close()

    def sweep(self) -> int:
        """Park what died too often, ring for what is due; answers how many rows were rung for."""
        lost = leases.park_lost()
        if lost:
            log.warning("outbox.parked", rows=lost, error=leases.WORKER_LOST)
        return sum(self._ring_lane(lane) for lane in LANES if self._bell.within_reach())

    def _sign_of_life(self) -> None:
        if not heartbeats.beat(heartbeats.RELAY):
            return
        for lane in LANES:
            if self._bell.within_reach():
                self._bell.ask_for_life(lane)

    def _ring_lane(self, lane: str) -> int:
        queued = self._bell.queued(lane)
        if queued is None or queued >= _QUEUE_BOUND:
            return 0
        due = _mark_due(lane, room=_QUEUE_BOUND - queued, busy=queued > 0)
        sent = self._bell.ring(lane, due)
        if sent < len(due):
            _unring(due[sent:])
        return sent


def _mark_due(lane: str, *, room: int, busy: bool) -> list[int]:
    again = settings.OUTBOX_RING_AGAIN_SECONDS * (_BUSY_FACTOR if busy else 1)
    due: list[int] = []
    with scoped(ALL), connection.cursor() as cursor:
        for sql in (_RUN_OUT, _DUE_WAITING):
            cursor.execute(sql, {"lane": lane, "limit": room - len(due), "again": again})
            due += sorted(row_id for (row_id,) in cursor.fetchall())
    return due


def _unring(row_ids: list[int]) -> None:
    with scoped(ALL), connection.cursor() as cursor:
        cursor.execute(_UNRING, [row_ids])
