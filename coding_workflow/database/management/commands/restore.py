"""``manage.py restore``: a backup into an empty database, brought up to date and verified (docs/operating.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from coding_workflow.database.backups import BackupProblem, restore
from coding_workflow.database.backups.restoring import verify


class Command(BaseCommand):
    """Refuses a changed backup and a database that holds anything. Exit code 1 also when what was restored does not verify."""

    help = "Restore a backup into the empty database of DATABASE_OWNER_URL, provision it, and verify history and certificates."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which backup."""
        parser.add_argument("backup", type=Path, help="the folder that the backup made")

    def handle(self, *, backup: Path, **options: Any) -> None:
        try:
            found = restore(backup, key=settings.BACKUP_KEY)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Restored what was backed up at {found.made_at} by version {found.application}. All sessions have ended."
        )
        try:
            verify()
        except CommandError as flaw:
            raise CommandError(
                f"It is restored, but does not verify: {flaw} Events that were sealed after the backup are missing by nature; "
                "anything else was changed before the backup was made."
            ) from flaw
