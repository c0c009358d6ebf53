"""Seals: the heads of the event chains, written each minute to files outside the database, one file a day.

A chain cannot show that its own tail was cut off. The seal can: it says which head an account had. Each line is JSON
with the hash of the line before it, from file to file, so the files together are a chain too.
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

_BLOCK = 65_536


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

    The line goes into the file of ``at``'s UTC day and is flushed to disk. ``most`` bounds the events of one seal; the
    rest is sealed by the next. Raises ValueError when the last line cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    last = _last(folder)
    since, previous = (last.last_event, _digest(last.line())) if last else (0, "")
    rows = list(Event.objects.filter(pk__gt=since).order_by("pk").values_list("pk", "account_id", "sequence", "hash")[:most])
    if not rows:
        return 0
    heads: dict[int, tuple[int, str]] = {}
    for _, account_id, sequence, digest in rows:
        if sequence > heads.get(account_id, (0, ""))[0]:
            heads[account_id] = (sequence, digest)
    sealed = tuple((account_id, sequence, digest) for account_id, (sequence, digest) in sorted(heads.items()))
    _append(_file_of(folder, at), Seal(at.isoformat(), rows[-1][0], sealed, previous))
    return len(sealed)


def newest(folder: Path) -> Seal | None:
    """The last seal, or None when nothing was sealed here. Raises ValueError when it cannot be read."""
    return _last(folder)


def verify_seals(folder: Path) -> list[chain.Flaw]:
    """Accounts whose sealed head is no longer in their chain, and breaks in the files themselves (account 0)."""
    flaws: list[chain.Flaw] = []
    previous = ""
    for name, number, line in _lines(folder):
        try:
            each = _read(line)
        except ValueError:
            flaws.append(chain.Flaw(0, number, f"{name}: cannot be read"))
            continue
        if each.previous != previous:
            flaws.append(chain.Flaw(0, number, f"{name}: the line before it was changed or is missing"))
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


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("seals-*.jsonl"))


def _file_of(folder: Path, at: datetime.datetime) -> Path:
    """The day's file; never one before the newest, so that a clock set back does not break the order."""
    today = folder / f"seals-{at.astimezone(datetime.UTC):%Y-%m-%d}.jsonl"
    return max([today, *_files(folder)])


def _lines(folder: Path) -> Iterator[tuple[str, int, str]]:
    """File, number and text of every line, oldest first. A line without its end was interrupted: it is no seal."""
    for path in _files(folder):
        with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                if line.endswith("\n"):
                    yield path.name, number, line


def _read(line: str) -> Seal:
    try:
        values = json.loads(line)
        heads = tuple((int(a), int(s), str(h)) for a, s, h in values["heads"])
        return Seal(values["at"], int(values["last_event"]), heads, values["previous"])
    except (ValueError, KeyError, TypeError) as problem:
        raise ValueError("a line of the seals cannot be read; verify_audit names it") from problem


def _last(folder: Path) -> Seal | None:
    for path in reversed(_files(folder)):
        line, _ = _tail(path)
        if line:
            return _read(line.decode(errors="replace"))
    return None


def _tail(path: Path) -> tuple[bytes, int]:
    """The last whole line, and where it ends, read from the file's end: files grow, the last line is asked each minute."""
    with path.open("rb") as file:
        at, tail = file.seek(0, os.SEEK_END), b""
        while at and tail.count(b"\n") < 2:  # the end of the last whole line, and that of the line before it
            step = min(at, _BLOCK)
            at = file.seek(at - step)
            tail = file.read(step) + tail
    whole = tail[: tail.rfind(b"\n") + 1]
    return whole.rstrip(b"\n").rpartition(b"\n")[2], at + len(whole)


def _append(path: Path, one: Seal) -> None:
    with path.open("ab") as file:
        _, end = _tail(path)
        if end < file.tell():  # an interrupted line; this seal covers what it was to cover
            file.truncate(end)
        file.write(one.line().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
