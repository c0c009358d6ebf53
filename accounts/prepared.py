"""Statements that the database plans once for each connection, where planning costs more than running.

psycopg2 sends every statement whole, so the server plans it anew each time. ``PREPARE`` keeps the plan; the values still go by
the driver. What is prepared lasts as long as the connection, so a pooler between must keep a session together.
"""

import hashlib
import re
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

#: Waits until no other transaction has the name, and keeps it until this one ends.
ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_PLACE: Final = re.compile(r"%\((\w+)\)s")
#: Of each open connection, the names of what it has prepared; forgotten with the connection.
_prepared: "weakref.WeakKeyDictionary[Any, set[str]]" = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class Prepared:
    """One statement with ``%(name)s`` for its values, and the SQL type of each value."""

    statement: str
    types: tuple[tuple[str, str], ...]

    def execute(self, cursor: CursorWrapper, values: Mapping[str, Any], *, alone: str = "") -> None:
        """Run it on a cursor of the default connection, inside a transaction; KeyError when a value is missing.

        The server would plan anew for the values wherever it takes that for cheaper, and it is never cheaper here: it is told to
        keep one plan, in the same message and until the transaction ends. ``alone`` waits, in that message too, as
        ``locking.one_at_a_time`` does; the statement sees what was committed meanwhile.
        """
        known = _prepared.setdefault(connection.connection, set())
        if self.name not in known:
            # Beneath Django's own cursor: of a page's queries this is none, it comes once for a connection.
            with connection.wrap_database_errors:
                cursor.cursor.execute(self._prepare)
            known.add(self.name)
        said = [values[name] for name, _ in self._used]
        if alone:
            cursor.execute(f"{ALONE}; {self._execute}", [alone, *said])
        else:
            cursor.execute(self._execute, said)

    @cached_property
    def name(self) -> str:
        """The same for the same statement, so that a new version of it never meets the plan of an old one."""
        said = f"{self.statement}\n{self.types}"
        return "kept_" + hashlib.sha256(said.encode()).hexdigest()[:24]

    @cached_property
    def _used(self) -> tuple[tuple[str, str], ...]:
        said = set(_PLACE.findall(self.statement))
        unknown = said - {name for name, _ in self.types}
        if unknown:
            raise ValueError(f"No type is given for {', '.join(sorted(unknown))}.")
        return tuple((name, kind) for name, kind in self.types if name in said)

    @cached_property
    def _prepare(self) -> str:
        number = {name: place for place, (name, _) in enumerate(self._used, 1)}
        body = _PLACE.sub(lambda found: f"${number[found[1]]}", self.statement)
        return f"PREPARE {self.name} ({', '.join(kind for _, kind in self._used)}) AS {body}"

    @cached_property
    def _execute(self) -> str:
        return f"SET LOCAL plan_cache_mode = force_generic_plan; EXECUTE {self.name} ({', '.join('%s' for _ in self._used)})"
