"""``set_password USERNAME``: the way back in when no administrator can help."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refused
from accounts.scope import ALL, scoped
from coding_workflow.staff import services
from coding_workflow.staff.models import User

from ._passwords import read_password


class Command(BaseCommand):
    """Set a person's password."""

    help = "Set a password. It is asked for, or read as one line from standard input; the person's sessions end."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and whether a lost authenticator app goes too."""
        parser.add_argument("username")
        parser.add_argument("--reset-totp", action="store_true", help="Remove the authenticator app as well.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse an unknown person and a password that breaks the rules."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is nobody called {options['username']}.")
        password = read_password(f"New password for {person.username}")
        try:
            with scoped(ALL):
                services.set_password(by=None, person=person, password=password)
                if options["reset_totp"]:
                    services.reset_totp(by=None, person=person)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"The password of {person.username} is set; all their sessions have ended.")
