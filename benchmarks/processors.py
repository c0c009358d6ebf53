"""Processor time of processes that are not ours, as the kernel counts it. Zero where it does not say."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import connection

_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class _Process:
    parent: int
    name: str
    own: int  # ticks
    reaped: int  # ticks of children that have ended


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of a processor until now, of some processes with all that they started, and of PostgreSQL."""

    python: float
    database: float

    def __sub__(self, before: "Used") -> "Used":
        return Used(self.python - before.python, self.database - before.database)

    @property
    def both(self) -> float:
        """Together."""
        return self.python + self.database


def used(*pids: int) -> Used:
    """Of these processes and their children, and of PostgreSQL where it runs on this machine."""
    every = _every()
    server = _server(every)
    return Used(sum(_seconds(pid, every) for pid in pids), _seconds(server, every) if server else 0.0)


def _every() -> dict[int, _Process]:
    found = (_read(int(folder.name)) for folder in _PROC.glob("[0-9]*")) if _PROC.is_dir() else ()
    return {pid: process for pid, process in filter(None, found)}


def _read(pid: int) -> tuple[int, _Process] | None:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:  # it has just ended
        return None
    # The name stands in brackets and may hold some itself.
    before, _, rest = text.rpartition(")")
    name, fields = before.partition("(")[2], rest.split()
    return pid, _Process(int(fields[1]), name, int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14]))


def _seconds(root: int, every: dict[int, _Process]) -> float:
    """Of a process and all below it; what its ended children took is its own to tell."""
    below: dict[int, list[int]] = {}
    for pid, process in every.items():
        below.setdefault(process.parent, []).append(pid)
    ticks, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        if pid in every:
            ticks += every[pid].own + every[pid].reaped
            waiting += below.get(pid, ())
    return ticks / os.sysconf("SC_CLK_TCK")


def _server(every: dict[int, _Process]) -> int | None:
    """The first process of the database that we are connected to, unless it runs elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = every.get(cursor.fetchone()[0])
    return backend.parent if backend and backend.name.startswith("postgres") else None
