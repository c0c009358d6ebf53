"""``manage.py deprovision``: shut people out at once, for scripts of the hospital's identity management."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import Conflict, Refused
from accounts.scope import ALL, scoped
from coding_workflow.staff.models import User
from coding_workflow.staff.services import disable_person


class Command(BaseCommand):
    """Sessions end with the next request, work goes back to its queues. Safe to repeat; exit code 1 when one was refused."""

    help = "Disable people by user name: sessions end, the work they hold goes back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, and why."""
        parser.add_argument("usernames", nargs="+")
        parser.add_argument("--reason", required=True, help="stands in the person's history")

    def handle(self, *, usernames: list[str], reason: str, **options: Any) -> None:
        failed = [name for name in usernames if not self._disable(name, reason)]
        if failed:
            raise CommandError(f"Not done: {', '.join(failed)}")

    def _disable(self, name: str, reason: str) -> bool:
        try:
            with scoped(ALL):
                person = User.objects.filter(username=name.lower()).first()
                if person is None:
                    self.stderr.write(f"{name}: there is no such person.")
                    return False
                returned = disable_person(by=None, person=person, reason=reason)
        except Conflict:
            self.stdout.write(f"{name}: was disabled already.")
            return True
        except Refused as refusal:
            self.stderr.write(f"{name}: {refusal.sentence}")
            return False
        self.stdout.write(f"{name}: disabled; {returned} work items went back.")
        return True
