"""The shared cache: a table of short-lived values in PostgreSQL.

Sign-in limits and used codes must hold across every web process, and pages must not depend on the broker. Django's
own database cache pickles; values here are JSON, and ``add`` is one atomic statement.
"""

import hashlib
import json
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

_GET = "SELECT value FROM staff_cachedvalue WHERE key = %s AND (expires_at IS NULL OR expires_at > to_timestamp(%s))"
_SET = """
INSERT INTO staff_cachedvalue (key, value, expires_at) VALUES (%s, %s, to_timestamp(%s))
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at RETURNING 1
"""
_ADD = """
INSERT INTO staff_cachedvalue AS held (key, value, expires_at) VALUES (%s, %s, to_timestamp(%s))
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
WHERE held.expires_at <= to_timestamp(%s) RETURNING 1
"""
_TOUCH = """
UPDATE staff_cachedvalue SET expires_at = to_timestamp(%s)
WHERE key = %s AND (expires_at IS NULL OR expires_at > to_timestamp(%s)) RETURNING 1
"""
#: One write in this many removes what has run out.
_SWEEP_EVERY = 200
#: Of the column; a longer key is kept as its hash.
_LONGEST_KEY = 200


class TableCache(BaseCache):
    """Values that JSON can hold, for the time they were given; seconds as in Django's other caches."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._writes = 0

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, or ``default`` when it is absent or has run out."""
        found = self._run(_GET, [self._key(key, version), time.time()])
        return json.loads(found[0][0]) if found else default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Write the value, whatever was there."""
        self._run(_SET, self._row(key, value, timeout, version))
        self._sweep()

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Write the value unless a live one is there; of several processes that ask at once exactly one is told yes."""
        row = [*self._row(key, value, timeout, version), time.time()]
        return bool(self._run(_ADD, row))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give a live value another time to live; whether there was one."""
        return bool(self._run(_TOUCH, [self.get_backend_timeout(timeout), self._key(key, version), time.time()]))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Remove the value; whether there was one."""
        return bool(self._run("DELETE FROM staff_cachedvalue WHERE key = %s RETURNING 1", [self._key(key, version)]))

    def clear(self) -> None:
        """Remove every value."""
        self._run("DELETE FROM staff_cachedvalue RETURNING 1", [])

    def _key(self, key: str, version: int | None) -> str:
        full = str(self.make_and_validate_key(key, version=version))
        return full if len(full) <= _LONGEST_KEY else f"sha256:{hashlib.sha256(full.encode()).hexdigest()}"

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> list[Any]:
        return [self._key(key, version), json.dumps(value), self.get_backend_timeout(timeout)]

    def _sweep(self) -> None:
        self._writes += 1
        if self._writes % _SWEEP_EVERY == 0:
            self._run("DELETE FROM staff_cachedvalue WHERE expires_at <= to_timestamp(%s) RETURNING 1", [time.time()])

    @staticmethod
    def _run(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())
