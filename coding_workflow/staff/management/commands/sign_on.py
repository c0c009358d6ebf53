"""``manage.py sign_on``: which subject of the hospital's sign-on a person is."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import Refused
from accounts.scope import ALL, scoped
from coding_workflow.staff.models import User
from coding_workflow.staff.services.sign_on import connect, disconnect


class Command(BaseCommand):
    """Connects or disconnects; the person's history says so."""

    help = "Connect a person to a subject of the hospital's sign-on, or disconnect them (their sessions end)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, and to what."""
        parser.add_argument("username")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--subject", help="what the sign-on calls the person: the sub claim, or the subject of a SAML assertion"
        )
        what.add_argument("--disconnect", action="store_true")

    def handle(self, *, username: str, subject: str | None, **options: Any) -> None:
        try:
            with scoped(ALL):
                person = User.objects.filter(username=username.lower()).first()
                if person is None:
                    raise CommandError("There is no such person.")
                if subject is not None:
                    connect(by=None, person=person, subject=subject)
                    return self.stdout.write("Connected.")
                done = disconnect(by=None, person=person)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write("Disconnected; the person's sessions have ended." if done else "Nothing was connected.")
        return None
