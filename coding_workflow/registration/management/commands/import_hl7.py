"""``manage.py import_hl7``: messages from files."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import Refused
from coding_workflow.registration.models import InboundMessage, MessageStatus
from coding_workflow.registration.services import import_file


class Command(BaseCommand):
    """One line for each message, then the counts; nothing of a patient is printed."""

    help = "Import HL7 v2 messages from files or folders (*.hl7). Exits 1 when a message failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files or folders, and the feed's code."""
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--feed", default="file")

    def handle(self, *args: Any, paths: list[Path], feed: str, **options: Any) -> None:
        """Import in the order given; a folder's files by name."""
        counts: Counter[str] = Counter()
        for path in [found for given in paths for found in _files(given)]:
            try:
                for number, message in enumerate(import_file(path, feed=feed), start=1):
                    counts[message.status] += 1
                    self.stdout.write(_line(path, number, message))
            except Refused as refusal:
                counts[MessageStatus.FAILED] += 1
                self.stdout.write(f"{path.name}  failed  {refusal.code}  {refusal.sentence}")
        self.stdout.write(" ".join(f"{status} {number}" for status, number in sorted(counts.items())) or "no message")
        if counts[MessageStatus.FAILED]:
            raise CommandError("Some messages failed; they are in the error list.", returncode=1)


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.hl7")) if path.is_dir() else [path]


def _line(path: Path, number: int, message: InboundMessage) -> str:
    kind = f"{message.type} {message.trigger}".strip() or "-"
    place = f" at {message.segment}-{message.field}" if message.field else ""
    why = f"  {message.code}{place}  {message.sentence}" if message.code else ""
    flags = f"  [{', '.join(message.flags)}]" if message.flags else ""
    return f"{path.name}:{number}  {kind}  {message.status}{why}{flags}"
