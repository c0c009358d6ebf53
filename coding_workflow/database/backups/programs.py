"""``pg_dump`` and ``pg_restore``: which ones, and how they reach the database without a password on the command line."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections

from coding_workflow.embedded.binaries import postgres_programs
from coding_workflow.embedded.problems import EngineProblem

from .problems import BackupProblem

#: What of a connection's options the programs read from their environment.
_OPTIONS: Final = {name: f"PG{name.upper()}" for name in ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout")}
# No time limit of the server's may cut a long dump or load short.
_NO_LIMITS: Final = "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0"


def program(name: str) -> tuple[Path, str]:
    """The program (``pg_dump``, ``pg_restore``) for the owner's server, and its version.

    Of those in ``POSTGRES_PROGRAMS``, in the installed package and on the path, one of the server's own major version,
    else a newer one: an older one cannot read the server. Raises BackupProblem when there is none.
    """
    wanted = server_version() // 10_000
    found = [(path, version) for path in _candidates(name) if (version := _version(path)) is not None]
    fitting = sorted(
        (each for each in found if int(each[1].split(".")[0]) >= wanted), key=lambda each: int(each[1].split(".")[0])
    )
    if not fitting:
        raise BackupProblem(f"No {name} for PostgreSQL {wanted} is here: install its client, or set POSTGRES_PROGRAMS.")
    return fitting[0]


def server_version() -> int:
    """As PostgreSQL counts: 170004 is 17.4."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        return int(cursor.fetchone()[0])


def _candidates(name: str) -> Iterator[Path]:
    if settings.POSTGRES_PROGRAMS:
        yield Path(settings.POSTGRES_PROGRAMS) / name
    # Whoever runs a backup may read the package: only the server needs another user.
    with suppress(EngineProblem):
        yield postgres_programs(None) / name
    if (path := shutil.which(name)) is not None:
        yield Path(path)


def _version(path: Path) -> str | None:
    try:
        said = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+(?:\.\d+)*)", said)
    return found.group(1) if found else None


def environment() -> dict[str, str]:
    """The variables with which a program reaches the database as its owner; whatever the caller's shell says is left out."""
    config = connections["owner"].settings_dict
    values = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    given = {"PGHOST": config["HOST"], "PGPORT": config["PORT"], "PGUSER": config["USER"], "PGPASSWORD": config["PASSWORD"]}
    options = {variable: config.get("OPTIONS", {}).get(name) for name, variable in _OPTIONS.items()}
    for name, value in (given | options | {"PGDATABASE": config["NAME"], "PGOPTIONS": _NO_LIMITS}).items():
        if value:
            values[name] = str(value)
    return values
