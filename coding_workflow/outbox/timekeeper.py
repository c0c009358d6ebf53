"""The relay's clock: runs the periodic jobs, in one relay at a time."""

import threading
import time

import structlog
from django.db import connection

from accounts.scope import ALL, scoped

from . import wire
from .registry import Periodic, periodics
from .runs import mend_connection, place_of

log = structlog.get_logger(__name__)

# Any number, as long as nothing else here takes an advisory lock by it.
_CHAIR = 7_240_001
_TICK_SECONDS = 0.25


class Chair:
    """The one seat of the timekeeper: an advisory lock that ends with its holder's connection."""

    def __init__(self) -> None:
        self._wire: wire.Wire | None = None
        self._taken = False

    def taken(self) -> bool:
        """Whether this process holds the seat now; takes it when it is free. False while the database is away."""
        try:
            self._taken = self._ask()
        except wire.BROKEN as error:
            log.warning("relay.clock_unreachable", error=type(error).__name__)
            self.leave()
        return self._taken

    def leave(self) -> None:
        """Give the seat up."""
        wire.close(self._wire)
        self._wire, self._taken = None, False

    def _ask(self) -> bool:
        if self._wire is None:
            self._wire = wire.connect()
        with self._wire.cursor() as cursor:
            # Who holds it only asks whether the session still lives: a session's locks would count up.
            cursor.execute("SELECT true" if self._taken else f"SELECT pg_try_advisory_lock({_CHAIR})")
            return bool(cursor.fetchone()[0])


class Timekeeper(threading.Thread):
    """Runs each periodic job when its time has come, while this relay holds the chair."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(name="outbox-timekeeper", daemon=True)
        self._stop_event = stop
        self._chair = Chair()
        self._due: dict[str, float] = {}

    def run(self) -> None:
        """Go on until told to stop."""
        while not self._stop_event.wait(_TICK_SECONDS):
            if self._chair.taken():
                self.tick(time.monotonic())
        self._chair.leave()
        connection.close()

    def tick(self, now: float) -> list[str]:
        """Run what is due at this monotonic second; answers the names of the jobs that were run."""
        due = [job for job in periodics() if self._due.get(job.name, now) <= now]
        for job in due:
            self._due[job.name] = now + job.seconds
            run_job(job)
        return [job.name for job in due]


def run_job(job: Periodic) -> bool:
    """Run one job in one transaction; a failure is logged by class and place, and the next run comes in its time."""
    try:
        with scoped(ALL):
            job.run()
    except Exception as error:  # one failing job must not end the others
        log.warning("relay.job_failed", job=job.name, error=place_of(error))
        mend_connection()
        return False
    return True
