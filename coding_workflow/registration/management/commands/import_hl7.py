"""``manage.py import_hl7``: messages from files."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from coding_workflow.registration.services import import_file

from ._importing import files, run


class Command(BaseCommand):
    """One line for each message, then the counts; nothing of a patient is printed."""

    help = "Import HL7 v2 messages from files or folders (*.hl7). Exits 1 when a message failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files or folders, and the feed's code."""
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--feed", default="file")

    def handle(self, *args: Any, paths: list[Path], feed: str, **options: Any) -> None:
        """Import in the order given; a folder's files by name."""
        every = [found for given in paths for found in files(given, "*.hl7")]
        run(every, partial(import_file, feed=feed), self.stdout)
