"""``manage.py verify_audit``: every account's chain of events, and the seals outside the database."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import chain, history, seals
from accounts.models import Account
from accounts.scope import ALL, scoped


class Command(BaseCommand):
    """Name every event that was changed, removed or reordered. Exit code 1 when there is one."""

    help = "Verify the event chain of every account (or of those named by primary key) and the seal file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("accounts", nargs="*", type=int, help="Primary keys; none means all accounts and the seals.")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen: list[int] = options["accounts"]
        with scoped(ALL):
            checked, flaws = self._chains(chosen)
            if not chosen:
                flaws += seals.verify_seals(Path(settings.AUDIT_SEAL_DIR))
        for flaw in flaws:
            place = f"account {flaw.account_id}, event {flaw.sequence}" if flaw.account_id else f"seal line {flaw.sequence}"
            self.stdout.write(f"{place}: {flaw.what}")
        if flaws:
            raise CommandError(f"{len(flaws)} flaw(s) in the history.")
        self.stdout.write(f"{checked} account(s): every chain verifies.")

    def _chains(self, chosen: list[int]) -> tuple[int, list[chain.Flaw]]:
        rows = Account.objects.order_by("pk")
        checked, flaws = 0, []
        for account in (rows.filter(pk__in=chosen) if chosen else rows).iterator():
            checked += 1
            flaws += history.verify_account(account)
        return checked, flaws
