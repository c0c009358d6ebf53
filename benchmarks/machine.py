"""What the measurements were made on, and how much of it others used meanwhile."""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import django
from django.db import connection

_SETTINGS: Final = ("shared_buffers", "fsync", "synchronous_commit", "jit")
#: More stolen time than this, in percent, and a run says nothing (docs/performance.md).
MOST_STEAL: Final = 2.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Processor time so far: all of it, and what a hypervisor gave to others (in ticks)."""

    ticks: int
    stolen: int


def moment() -> Moment:
    """Now, as the kernel counts; zeros where it does not say."""
    counters = Path("/proc/stat")
    if not counters.is_file():
        return Moment(0, 0)
    fields = [int(field) for field in counters.read_text().splitlines()[0].split()[1:9]]
    return Moment(ticks=sum(fields), stolen=fields[7])


def stolen_since(before: Moment) -> float:
    """Percent of processor time that was stolen since then."""
    after = moment()
    ticks = after.ticks - before.ticks
    return 100 * (after.stolen - before.stolen) / ticks if ticks else 0.0


def described() -> dict[str, Any]:
    """Versions, cores, load and the database's settings that matter."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), " + ", ".join(f"current_setting('{n}')" for n in _SETTINGS))
        version, *values = cursor.fetchone()
    return {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": version.split()[0],
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        **dict(zip(_SETTINGS, values, strict=True)),
    }
