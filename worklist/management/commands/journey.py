"""``manage.py journey``: one synthetic account from registration to the corrected claim; a smoke test."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refused
from worklist.demo.journey import Journey
from worklist.demo.player import PATIENCE, StoryStuck


class Command(BaseCommand):
    """Play the whole journey at the facility SMOKE and print each step with the seconds it took."""

    help = "Play one synthetic account through every stage. Uses relay and worker unless --here is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--here", action="store_true", help="Do the outbox's work in this process (no relay or worker).")
        waits = "Seconds to wait for relay and worker at each step."
        parser.add_argument("--patience", type=float, default=PATIENCE, help=waits)

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()

        def say(words: str) -> None:
            self.stdout.write(f"{time.monotonic() - started:6.2f}s  {words}")
            self.stdout.flush()

        try:
            Journey(say, work_here=options["here"], patience=options["patience"]).travel()
        except (StoryStuck, Refused) as stuck:
            raise CommandError(f"The journey stopped: {stuck}") from stuck
        say("The journey is complete.")
