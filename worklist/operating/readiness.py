"""Whether this process can serve: what must be there, and what only makes it slower."""

import threading
import time
from dataclasses import dataclass
from typing import Final

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from accounts.scope import ALL, scoped
from coding_workflow.outbox import heartbeats

# Probes of several balancers, and of strangers, ask the database once a second at most.
_KEEP_SECONDS: Final = 1.0
# Somebody else's probe has hung for so long: the database does not answer.
_PATIENCE: Final = 3.0
_BROKER: Final = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}


@dataclass(frozen=True, slots=True)
class Readiness:
    """Each part and whether it is well. ``failed`` says that pages do not work; ``degraded`` that background work may wait."""

    database: bool
    migrations: bool
    relay: bool
    broker: bool

    @property
    def failed(self) -> bool:
        """Send nobody here."""
        return not (self.database and self.migrations) or (settings.READY_NEEDS_RELAY and not self.relay)

    @property
    def word(self) -> str:
        """All that a stranger is told."""
        if self.failed:
            return "not ready"
        return "ready" if self.relay and self.broker else "degraded"


class Probe:
    """Asks at most once a second, one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[float, Readiness] | None = None
        self._applied = False

    def ask(self) -> Readiness:
        """How it stands, at most a second old. Another thread that hangs in asking counts as a database that is away."""
        if not self._lock.acquire(timeout=_PATIENCE):
            return Readiness(database=False, migrations=False, relay=False, broker=False)
        try:
            if self._last is None or time.monotonic() - self._last[0] > _KEEP_SECONDS:
                self._last = (time.monotonic(), self._look())
            return self._last[1]
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Ask anew the next time."""
        self._last, self._applied = None, False

    def _look(self) -> Readiness:
        try:
            with scoped(ALL):
                self._applied = self._applied or _all_applied()
                beats = heartbeats.ages() if self._applied else {}
        except DatabaseError:
            connection.close()
            return Readiness(database=False, migrations=False, relay=False, broker=broker_answers())
        age = beats[heartbeats.RELAY][0] if heartbeats.RELAY in beats else None
        relay = age is not None and age <= settings.HEARTBEAT_LOST_SECONDS
        return Readiness(database=True, migrations=self._applied, relay=relay, broker=broker_answers())


def _all_applied() -> bool:
    """Whether every migration that this version brings was applied; more than those is a newer version beside us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    return set(MigrationLoader(None).disk_migrations) <= applied


def broker_answers() -> bool:
    """Whether the broker answers within half a second."""
    try:
        with redis.Redis.from_url(settings.CELERY_BROKER_URL, **_BROKER) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


probe = Probe()
