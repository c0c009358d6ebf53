"""What must be true before the doors open: tables and grants, static files, and in the demo a hospital."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from .paths import CHECKOUT
from .secrets_file import write_private

_CODE = ("accounts", "coding_workflow", "worklist", "static", "requirements/base.txt")

#: How far the demo's seeding is, as the file ``seeding`` remembers it.
STARTED, USABLE, COMPLETE = "started", "usable", "complete"


def _files() -> Iterator[Path]:
    for name in _CODE:
        place = CHECKOUT / name
        yield from place.rglob("*") if place.is_dir() else [place]


def fingerprint() -> str:
    """Changes when any file changes from which tables, grants or static files follow."""
    digest = hashlib.sha256()
    for path in sorted(path for path in _files() if path.is_file() and path.suffix != ".pyc"):
        status = path.stat()
        digest.update(f"{path.relative_to(CHECKOUT)}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def remembered(state: Path, name: str) -> str:
    """One word that an earlier start left, or nothing."""
    path = state / name
    return path.read_text().strip() if path.is_file() else ""


def remember(state: Path, name: str, word: str) -> None:
    """Leave one word for the next start."""
    write_private(state / name, word)


def progress(log: Path) -> list[str]:
    """The whole lines that the seeding printed; the application's log lines (JSON) and a traceback are not for the screen."""
    text = log.read_text(errors="replace").rpartition("\n")[0] if log.is_file() else ""
    text = text.partition("Traceback (most recent call last)")[0]
    return [line for line in text.splitlines() if line.strip() and not line.startswith("{")]


def has_facility(owner_url: str) -> bool:
    """Whether anybody opened a hospital in this database."""
    link = psycopg2.connect(owner_url, connect_timeout=5)
    try:
        with link.cursor() as cursor:
            cursor.execute("SELECT to_regclass('accounts_facility') IS NOT NULL")
            if cursor.fetchone() == (False,):
                return False
            cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_facility)")
            return bool(cursor.fetchone() == (True,))
    finally:
        link.close()
