"""``manage.py backup``: the database and the seals into one folder (docs/operating.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from coding_workflow.database.backups import BackupProblem, back_up, record_elsewhere


class Command(BaseCommand):
    """Uses the owner's connection. BACKUP_KEY encrypts; without it the files are readable by whoever has them."""

    help = "Write a backup of the database and the history's seals into a new folder, or note one that other means made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, or what was made elsewhere."""
        parser.add_argument("--to", type=Path, default=Path("backups"), metavar="FOLDER", help="default: backups/")
        parser.add_argument("--elsewhere", default="", metavar="WORDS", help="only note that other means made one just now")

    def handle(self, *, to: Path, elsewhere: str, **options: Any) -> None:
        try:
            if elsewhere:
                record_elsewhere(elsewhere)
                return self.stdout.write("Noted.")
            folder, made = back_up(to, key=settings.BACKUP_KEY)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{folder}: {len(made.files)} files, {made.size / 1e6:,.1f} MB")
        if not made.encrypted:
            self.stdout.write("NOT ENCRYPTED: whoever has these files can read the patients' data. Set BACKUP_KEY to encrypt.")
        self.stdout.write(
            "Not in it: SECRET_KEY and the other variables. Without SECRET_KEY, authenticator apps must be connected anew."
        )
        return None
