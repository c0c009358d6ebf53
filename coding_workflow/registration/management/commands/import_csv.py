"""``manage.py import_csv``: accounts, coverage, documents, charges, codes and holds from files."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding_workflow.registration.services import import_csv, try_csv
from coding_workflow.registration.services.csvfeed.taking import read_bounded
from coding_workflow.staff.models import User

from ._importing import files, run


class Command(BaseCommand):
    """One line for each row, then the counts; nothing of a patient is printed."""

    help = "Import rows from CSV files or folders (*.csv). Exits 1 when a row failed. --dry-run keeps nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files or folders, the feed's code, who loads them, and whether to try only."""
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--feed", default="csv")
        parser.add_argument("--by", default="", help="Your user name: holds are placed in your name.")
        parser.add_argument("--dry-run", action="store_true", help="Say what each row would do, at most 1,000 a file.")

    def handle(self, *args: Any, paths: list[Path], feed: str, by: str, dry_run: bool, **options: Any) -> None:
        """Import in the order given; a folder's files by name."""
        person = self._person(by)
        every = [found for given in paths for found in files(given, "*.csv")]
        if not dry_run:
            run(every, partial(import_csv, feed=feed, by=person), self.stdout)
            return
        if not all([self._try(path, feed, person) for path in every]):
            raise CommandError("Some rows would fail. Nothing was kept.", returncode=1)

    def _person(self, username: str) -> int | None:
        if not username:
            return None
        person = User.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise CommandError("Nobody of that user name may sign in.")
        return person.pk

    def _try(self, path: Path, feed: str, by: int | None) -> bool:
        reports = try_csv(read_bounded(path), feed=feed, by=by)
        for report in reports:
            column = f" (column {report.column})" if report.column else ""
            flags = f"  [{', '.join(report.flags)}]" if report.flags else ""
            self.stdout.write(f"{path.name}:{report.line}  {report.kind or '-'}  {report.would}  {report.does}{column}{flags}")
        return all(report.would != "fails" for report in reports)
