"""What the import commands share: a line for each message, then the counts; nothing of a patient is printed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.core.management.base import CommandError, OutputWrapper

from accounts.errors import Refused
from coding_workflow.registration.models import InboundMessage, MessageStatus

Take = Callable[[Path], Iterator[InboundMessage]]


def run(paths: Iterable[Path], take: Take, out: OutputWrapper, *, quiet: bool = False) -> None:
    """Import the files in order. Raises CommandError (exit 1) when a message failed; ``quiet`` prints only what was not
    applied."""
    counts: Counter[str] = Counter()
    for path in paths:
        try:
            for number, message in enumerate(take(path), start=1):
                counts[message.status] += 1
                if not quiet or message.status in {MessageStatus.FAILED, MessageStatus.PARKED}:
                    out.write(_line(path, message.line or number, message))
        except Refused as refusal:
            counts[MessageStatus.FAILED] += 1
            out.write(f"{path.name}  failed  {refusal.code}  {refusal.sentence}")
    out.write(" ".join(f"{status} {number}" for status, number in sorted(counts.items())) or "no message")
    if counts[MessageStatus.FAILED]:
        raise CommandError("Some messages failed; they are in the error list.", returncode=1)


def _line(path: Path, number: int, message: InboundMessage) -> str:
    kind = f"{message.type} {message.trigger}".strip() or "-"
    where = f"{message.segment}-{message.field}" if message.field else message.place
    why = f"  {message.code}{f' at {where}' if where else ''}  {message.sentence}" if message.code else ""
    flags = f"  [{', '.join(message.flags)}]" if message.flags else ""
    return f"{path.name}:{number}  {kind}  {message.status}{why}{flags}"


def files(path: Path, *patterns: str) -> list[Path]:
    """A file, or the files of a folder by name."""
    return sorted({found for pattern in patterns for found in path.glob(pattern)}) if path.is_dir() else [path]
