"""``manage.py seed_demo``: the demo hospital, with accounts at every step, through the real services."""

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from coding_workflow.codesets.services import ReadTable, read_standard
from worklist.demo.hospital import PASSWORD, TEAM
from worklist.demo.seeding import play_all, prepare

#: In README.md as well, and played by hand in a browser.
_FIRST_STEPS = """
First, as ana: open S20 in My work. The gate says what holds it: take it, code the left flank pain with its passage
  in place of the stone, and finalize. It passes and policy releases it.
Then, as cleo: Release board, approve S07, and see by condition and owner what holds the others.
Then, as bill: Claims. The claim of S07 is there to be sent; denials and discrepancies arrive meanwhile.
"""


class Command(BaseCommand):
    """Seed the demo hospital; safe to repeat, it goes on where it stopped."""

    help = "Make the demo hospital with a few hundred synthetic accounts. Needs BUSINESS_DATE=2026-09-30."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", type=int, default=320, help="How many accounts in all.")
        parser.add_argument("--only-hospital", action="store_true", help="People, policy and code tables; no accounts.")
        parser.add_argument("--opening", action="store_true", help="Only the accounts that a first look should find.")
        parser.add_argument(
            "--once-told", action="store_true", help="Read the code tables, and use the database when the standard input ends."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        facility = prepare(self._say, self._read_and_wait() if options["once_told"] else ())
        if not options["only_hospital"]:
            total = play_all(facility, options["accounts"], self._say, opening=options["opening"])
            self._say(f"{total} accounts are there.")
        self._tell_logins()

    def _read_and_wait(self) -> list[ReadTable]:
        tables = read_standard()
        sys.stdin.read()
        return tables

    def _tell_logins(self) -> None:
        lines = [f"{member.username:<6} {member.says}" for member in TEAM]
        lines += [f"Everyone's password: {PASSWORD}", _FIRST_STEPS.rstrip()]
        folder = os.environ.get("CODING_STATE_DIR")
        if folder:  # ``make demo`` shows them each time the hospital opens
            Path(folder, "logins").write_text("\n".join(lines) + "\n")
        else:
            self._say("\n".join(lines))

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
