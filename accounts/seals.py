"""Seals: the heads of the event chains, written each minute to a file outside the database.

A chain cannot show that its own tail was cut off. The seal can: it says which head an account had. Each line is JSON
with the hash of the line before it, so the file itself is a chain.
"""

import datetime
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import chain
from .models import Event

_FILE = "seals.jsonl"


@dataclass(frozen=True, slots=True)
class Seal:
    """One sealed moment: the newest event id, and the head of every account that changed since the seal before."""

    at: str
    last_event: int
    heads: tuple[tuple[int, int, str], ...]
    previous: str

    def line(self) -> str:
        """The line in the file."""
        return chain.canonical({"at": self.at, "last_event": self.last_event, "heads": self.heads, "previous": self.previous})


def seal(folder: Path, *, at: datetime.datetime, most: int = 50_000) -> int:
    """Append one seal for what happened since the last; answers how many accounts it covers. Nothing new, no line.

    The file is flushed to disk. ``most`` bounds the events of one seal; the rest is sealed by the next.
    """
    folder.mkdir(parents=True, exist_ok=True)
    last = _last(folder / _FILE)
    since, previous = (last.last_event, _digest(last.line())) if last else (0, "")
    rows = list(Event.objects.filter(pk__gt=since).order_by("pk").values_list("pk", "account_id", "sequence", "hash")[:most])
    if not rows:
        return 0
    heads: dict[int, tuple[int, str]] = {}
    for _, account_id, sequence, digest in rows:
        if sequence > heads.get(account_id, (0, ""))[0]:
            heads[account_id] = (sequence, digest)
    sealed = tuple((account_id, sequence, digest) for account_id, (sequence, digest) in sorted(heads.items()))
    _append(folder / _FILE, Seal(at.isoformat(), rows[-1][0], sealed, previous))
    return len(sealed)


def seals(folder: Path) -> Iterator[Seal]:
    """Every seal of the file, oldest first; a broken line raises ValueError with its number."""
    path = folder / _FILE
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            yield _read(line, number)


def verify_seals(folder: Path) -> list[chain.Flaw]:
    """Accounts whose sealed head is no longer in their chain, and breaks in the file itself (account 0)."""
    flaws: list[chain.Flaw] = []
    previous = ""
    for number, each in enumerate(seals(folder), start=1):
        if each.previous != previous:
            flaws.append(chain.Flaw(0, number, "the seal file was changed before this line"))
        previous = _digest(each.line())
        flaws += _missing(each)
    return flaws


def _missing(each: Seal) -> list[chain.Flaw]:
    wanted = {(account_id, sequence): digest for account_id, sequence, digest in each.heads}
    rows = Event.objects.filter(account_id__in={account_id for account_id, _ in wanted}, hash__in=set(wanted.values()))
    found = {(row[0], row[1]): row[2] for row in rows.values_list("account_id", "sequence", "hash")}
    return [
        chain.Flaw(account_id, sequence, f"sealed {each.at}, no longer there")
        for (account_id, sequence), digest in wanted.items()
        if found.get((account_id, sequence)) != digest
    ]


def _read(line: str, number: int) -> Seal:
    try:
        values = json.loads(line)
        heads = tuple((int(a), int(s), str(h)) for a, s, h in values["heads"])
        return Seal(values["at"], int(values["last_event"]), heads, values["previous"])
    except (ValueError, KeyError, TypeError) as problem:
        raise ValueError(f"line {number} of the seal file cannot be read") from problem


def _last(path: Path) -> Seal | None:
    if not path.is_file() or not path.stat().st_size:
        return None
    with path.open("rb") as file:
        line = b""
        for line in file:  # noqa: B007 - the last line is wanted; the file is read once a minute
            pass
    return _read(line.decode(), 0)


def _append(path: Path, one: Seal) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(one.line() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
