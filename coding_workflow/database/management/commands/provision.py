"""``manage.py provision``: migrate as the owner, grant to the application's role."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding_workflow.database.services import provision


class Command(BaseCommand):
    """Bring the database up to date; run it at every deployment before the new version starts."""

    help = "Migrate as the database's owner and apply the application role's grants."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            provision(verbosity=options["verbosity"])
        except ValueError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write("The database is up to date and the application's role has its grants.")
