"""``create_administrator USERNAME --facility CODE``: the first person, who adds all others on the pages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refused
from accounts.models import Facility
from accounts.scope import ALL, scoped
from coding_workflow.staff import services
from coding_workflow.staff.models import Role

from ._passwords import read_password


class Command(BaseCommand):
    """Make an administrator of a facility."""

    help = "Make an administrator. The password is asked for, or read as one line from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and where."""
        parser.add_argument("username")
        parser.add_argument("--facility", required=True, help="Code of the facility.")
        parser.add_argument("--full-name", default="", help="By default the user name.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing remains of a person whose password breaks the rules."""
        facility = Facility.objects.filter(code=options["facility"]).first()
        if facility is None:
            raise CommandError(f"There is no facility {options['facility']}; make it with create_facility.")
        password = read_password(f"Password for {options['username']}")
        try:
            self._create(facility, password, options)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{options['username']} administers {facility.name} and may sign in.")

    @staticmethod
    def _create(facility: Facility, password: str, options: dict[str, Any]) -> None:
        with scoped(ALL):
            person, _ = services.create_person(
                by=None,
                facility=facility,
                username=options["username"],
                full_name=options["full_name"] or options["username"],
                roles=[Role.ADMINISTRATOR],
            )
            services.set_password(by=None, person=person, password=password)
