"""``manage.py outbox``: how the outbox stands, and bringing parked rows back."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.scope import ALL, scoped
from coding_workflow.outbox import selectors, services


class Command(BaseCommand):
    """Shows counts and parked rows; ids and codes only."""

    help = "Show the outbox, or bring parked rows back: outbox --requeue ROW [ROW ...] --by USER_ID"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Rows to bring back, and the person who does so."""
        parser.add_argument("--requeue", nargs="+", type=int, metavar="ROW", default=[])
        parser.add_argument("--by", type=int, metavar="USER_ID", help="Who brings them back; required with --requeue.")

    def handle(self, *, requeue: list[int], by: int | None, **options: object) -> None:
        """Bring back what was named, then show how things stand."""
        if requeue and by is None:
            raise CommandError("Say who brings the rows back: --by USER_ID.")
        for row_id in requeue:
            self._requeue(row_id, Actor.person(by or 0))
        with scoped(ALL):
            self._show()

    def _requeue(self, row_id: int, by: Actor) -> None:
        try:
            with scoped(ALL):
                row = services.requeue(row_id=row_id, by=by)
        except Refused as refusal:
            raise CommandError(f"Row {row_id}: {refusal.sentence}") from refusal
        self.stdout.write(f"Row {row_id} goes on as row {row.pk}.")

    def _show(self) -> None:
        status = selectors.status()
        age = "none is due" if status.oldest_due_seconds is None else f"oldest due for {status.oldest_due_seconds:.0f} s"
        self.stdout.write(f"waiting {status.waiting} ({status.due} due, {age}), running {status.leased}, parked {status.parked}")
        for row in selectors.parked():
            self.stdout.write(f"  row {row.pk}  {row.kind}  attempts {row.attempts}  {row.error}")
