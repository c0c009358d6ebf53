"""What does not move with the machine: queries and buffers of one page or one service."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from accounts.prepared import ALONE

_READS_AND_WRITES: Final = ("SELECT", "(SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "EXECUTE")
#: A prepared statement goes in one message with its setting, and with the lock it waits for (``accounts.prepared``).
_SETTING: Final = re.compile(r"^SET LOCAL [^;]*; ")
_LOCK: Final = f"{ALONE}; "
#: A table below so many rows is rightly read whole.
_SMALL: Final = 1000


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that was repeated under EXPLAIN: buffers of 8 kB touched, milliseconds, tables read whole."""

    sql: str  # without its values
    buffers: int
    took: float
    read_whole: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """Queries (BEGIN, COMMIT and savepoints not counted), and the statements where they were repeated."""

    queries: int
    statements: tuple[Statement, ...] = ()

    @property
    def buffers(self) -> int | None:
        """Of all statements; None where they were not repeated."""
        return sum(each.buffers for each in self.statements) if self.statements else None

    @property
    def read_whole(self) -> tuple[str, ...]:
        """Tables of some size that a statement read from end to end."""
        return tuple(sorted({table for each in self.statements for table in each.read_whole}))


def counted(work: Callable[[], Any]) -> Cost:
    """Run it for good and count."""
    return _watched(work, explain=False)


def repeated(work: Callable[[], Any]) -> Cost:
    """Run it in a transaction that is undone; before each statement runs, it is tried under EXPLAIN (ANALYZE, BUFFERS).

    What an AFTER trigger reads is not among the buffers.
    """
    with transaction.atomic():
        cost = _watched(work, explain=True)
        transaction.set_rollback(True)
    return cost


def dearest(works: Sequence[Callable[[], Any]]) -> Cost:
    """Each as ``repeated``; answers the one that touched most."""
    return max(map(repeated, works), key=lambda cost: (cost.buffers or 0, cost.queries))


def _watched(work: Callable[[], Any], *, explain: bool) -> Cost:
    seen: list[Statement] = []
    queries = 0

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal queries
        said, values = (sql.removeprefix(_LOCK), params[1:]) if sql.startswith(_LOCK) else (sql, params)
        said = _SETTING.sub("", said)
        if said.lstrip().upper().startswith(_READS_AND_WRITES):
            queries += 1
            if explain and not many:
                seen.append(_explained(said, values))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        work()
    return Cost(queries=queries, statements=tuple(seen))


def _explained(sql: str, params: Any) -> Statement:
    """Tried behind a savepoint, so that the statement itself then finds everything as it was."""
    with connection.connection.cursor() as cursor:
        cursor.execute("SAVEPOINT bench_explain")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        answer = cursor.fetchone()[0][0]
        cursor.execute("ROLLBACK TO SAVEPOINT bench_explain")
        cursor.execute("RELEASE SAVEPOINT bench_explain")
    plan = answer["Plan"]
    touched = int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
    return Statement(sql, touched, float(answer["Execution Time"]), tuple(sorted(set(_whole(plan)))))


def _whole(plan: dict[str, Any]) -> list[str]:
    rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    found = [str(plan["Relation Name"])] if plan["Node Type"] == "Seq Scan" and rows > _SMALL else []
    return found + [table for below in plan.get("Plans", ()) for table in _whole(below)]
