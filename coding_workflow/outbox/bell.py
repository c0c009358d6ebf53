"""The broker's side of the relay: ringing the workers' bell without ever waiting long for it."""

import time
from collections.abc import Sequence
from contextlib import suppress

import structlog
from django.conf import settings
from kombu import Connection, Producer, Queue
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from coding_workflow.celery import app

log = structlog.get_logger(__name__)

#: What a broker that is away, hung, full or still loading does to us.
UNREACHABLE = (KombuError, RedisError, OSError)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
# The relay has other things to do and comes back by itself, so it gives up early: about two seconds in all.
_TRANSPORT = {"socket_timeout": 1, "socket_connect_timeout": 1, "retry_on_timeout": False}
_PATIENCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


class Bell:
    """One connection to the broker, opened when needed and left alone for a while after it failed."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        self._pause = 0.0
        self._silent_until = 0.0

    def within_reach(self) -> bool:
        """Whether ringing is worth a try now."""
        return time.monotonic() >= self._silent_until

    def queued(self, lane: str) -> int | None:
        """How many messages lie in this lane's queue; None while the broker is out of reach."""
        try:
            count: int = Queue(lane)(self._open().channel).queue_declare().message_count
        except UNREACHABLE as error:
            self._fall_silent(error)
            return None
        self._answered()
        return count

    def ring(self, lane: str, row_ids: Sequence[int]) -> int:
        """Send each id to the lane's queue; answers how many were sent before the broker failed."""
        for sent, row_id in enumerate(row_ids):
            try:
                self._send(lane, row_id)
            except UNREACHABLE as error:
                self._fall_silent(error)
                return sent
        return len(row_ids)

    def ask_for_life(self, lane: str) -> None:
        """Send a word to a worker of this lane, unless messages lie there: then what they bring is the sign of life.

        While no worker fetches there is one such word at most.
        """
        if self.queued(lane) != 0:
            return
        try:
            app.send_task("outbox.alive", queue=lane, producer=self._open(), retry=False)
        except UNREACHABLE as error:
            self._fall_silent(error)

    def close(self) -> None:
        """Drop the connection, whatever state it is in."""
        if self._connection is not None:
            with suppress(*UNREACHABLE):
                self._connection.release()
        self._connection = self._producer = None

    def _send(self, lane: str, row_id: int) -> None:
        lease = settings.OUTBOX_LEASE_SECONDS[lane]
        app.send_task(
            "outbox.work",
            args=(row_id,),
            queue=lane,
            producer=self._open(),
            retry=False,
            soft_time_limit=lease * 2 // 3,
            time_limit=lease * 5 // 6,
        )

    def _open(self) -> Producer:
        if self._producer is None:
            self._connection = app.connection_for_write(transport_options=_TRANSPORT)
            self._connection.ensure_connection(**_PATIENCE)
            self._producer = app.amqp.Producer(self._connection.channel(), auto_declare=False)
        return self._producer

    def _fall_silent(self, error: BaseException) -> None:
        if not self._pause:
            log.warning("relay.broker_unreachable", error=type(error).__name__)
        self.close()
        self._pause = min(max(_FIRST_PAUSE, 2 * self._pause), _LONGEST_PAUSE)
        self._silent_until = time.monotonic() + self._pause

    def _answered(self) -> None:
        if self._pause:
            log.info("relay.broker_back")
        self._pause = 0.0
