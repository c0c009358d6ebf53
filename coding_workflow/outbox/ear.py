"""Listening for the bell that PostgreSQL rings when a transaction left work."""

import select
import threading

import structlog

from . import wire

log = structlog.get_logger(__name__)

# After a ring, how long to wait for others of the same burst, in seconds.
_GATHER = 0.01


class Ear:
    """Waits for notifications. Without a connection it is just a pause, so that the sweep goes on."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._wire: wire.Wire | None = None

    def wait(self, seconds: float) -> None:
        """Return when work was left, or after ``seconds``."""
        try:
            self._listen(seconds)
        except wire.BROKEN as error:
            log.warning("relay.not_listening", error=type(error).__name__)
            self.close()
            self._stop.wait(seconds)

    def close(self) -> None:
        """Stop listening."""
        wire.close(self._wire)
        self._wire = None

    def _listen(self, seconds: float) -> None:
        listening = self._wire or self._open()
        if not select.select([listening], [], [], seconds)[0]:
            return
        self._stop.wait(_GATHER)
        listening.poll()
        listening.notifies.clear()

    def _open(self) -> wire.Wire:
        self._wire = wire.connect()
        with self._wire.cursor() as cursor:
            cursor.execute("LISTEN outbox")
        log.info("relay.listening")
        return self._wire
