"""``load_codes``: load a code table from its publisher's file, or the standard tables from installed packages."""

import datetime
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.scope import ALL, scoped
from coding_workflow.codesets import services
from coding_workflow.codesets.codes import SYSTEMS
from coding_workflow.codesets.loaders import Table, packages, read_parts
from coding_workflow.codesets.loaders.files import open_parts

_BY = Actor.system("codesets.load")


class Command(BaseCommand):
    """The whole release or nothing; the same file again changes nothing."""

    help = (
        "Load a code table: load_codes --standard, or "
        "load_codes --system ICD-10-CM --from 2025-10-01 --until 2026-10-01 FILE ... "
        "NCCI pairs and unlikely units are the quarterly text files of CMS, all parts of a set together (or their zip): "
        "load_codes --system NCCI-PTP-HOSPITAL --from 2026-10-01 --until 2027-01-01 ccioph-v323r0-f*.zip"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Options of the command."""
        parser.add_argument("files", nargs="*", type=Path, help="The publisher's file or files; gzip and zip are unpacked.")
        parser.add_argument("--standard", action="store_true", help="ICD-10-CM and ICD-10-PCS from the installed packages.")
        parser.add_argument("--system", choices=sorted(SYSTEMS))
        parser.add_argument("--from", dest="starts", type=_day, help="First discharge or service date it is in force.")
        parser.add_argument("--until", dest="ends", type=_day, help="First date it is no longer in force.")
        parser.add_argument("--label", default="", help="Name of the release, as people know it.")
        parser.add_argument("--take-over", action="store_true", help="End the release in force at --from (an April update).")
        parser.add_argument("--preview", action="store_true", help="Only say what would change.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, then preview or load; what is wrong with a file is one sentence."""
        try:
            for reader in self._readers(options):
                self._one(reader, options)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal

    def _readers(self, options: dict[str, Any]) -> list[Callable[[], Table]]:
        if options["standard"]:
            return [packages.icd10cm, packages.icd10pcs]
        if not options["system"] or not options["files"]:
            raise CommandError("Name the table with --system and give its file, or ask for --standard.")
        return [lambda: read_parts(options["system"], [part for path in options["files"] for part in open_parts(path)])]

    def _one(self, reader: Callable[[], Table], options: dict[str, Any]) -> None:
        begun = time.monotonic()
        table = reader()
        with scoped(ALL):
            if options["preview"]:
                self._preview(table, options)
            else:
                self._load(table, options, begun)

    def _preview(self, table: Table, options: dict[str, Any]) -> None:
        change = services.preview(table=table, starts=options["starts"])
        if change.previous and change.already:
            self.stdout.write(f"{table.system}: “{change.previous.label}” is this file and loaded already; nothing would change.")
            return
        against = f"against {change.previous.label}" if change.previous else "as first release"
        self.stdout.write(
            f"{table.system}: added {change.added:,}, deleted {change.deleted:,}, revised {change.revised:,} {against}; "
            f"{change.rows:,} rows."
        )
        for each in change.samples:
            was = " -> ".join(text for text in (each.before, each.after) if text)
            self.stdout.write(f"  {each.kind}: {each.name} {was}")

    def _load(self, table: Table, options: dict[str, Any], begun: float) -> None:
        done = services.load_table(
            table=table,
            by=_BY,
            label=options["label"],
            starts=options["starts"],
            ends=options["ends"],
            take_over=options["take_over"],
        )
        release = done.release
        until = f"{release.effective.upper:%m/%d/%Y}" if release.effective.upper else "further notice"
        period = f"in force {release.effective.lower:%m/%d/%Y} until {until}"
        what = f"{release.system} “{release.label}”, {release.rows:,} rows, {period}"
        took = "already loaded, nothing changed" if done.already else f"loaded in {time.monotonic() - begun:.1f} s"
        self.stdout.write(f"{what}: {took}.")


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
