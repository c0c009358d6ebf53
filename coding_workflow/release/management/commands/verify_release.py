"""``manage.py verify_release``: replay release certificates from their own contents."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.scope import ALL, scoped
from coding_workflow.release.certificates import replay
from coding_workflow.release.models import Certificate


class Command(BaseCommand):
    """Say for each certificate whether it is intact and whether its facts still give its verdict."""

    help = "Replay release certificates: all, or those of the releases named by primary key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("releases", nargs="*", type=int, help="Primary keys of releases; none means all.")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        with scoped(ALL):
            for certificate in _certificates(options["releases"]):
                failed += self._report(certificate)
        if failed:
            raise CommandError(f"{failed} certificate(s) do not hold up.")

    def _report(self, certificate: Certificate) -> int:
        result = replay(certificate)
        notes = [] if result.intact else ["the text was changed"]
        notes += [] if result.same_engine else ["judged by another engine version"]
        notes += [] if result.same_rules else ["the rule set is another one now"]
        notes += [f"differs in {name}" for name in result.differences]
        said = "holds up" if result.holds_up else "DOES NOT HOLD UP"
        self.stdout.write(f"release {certificate.release_id}: {said}" + (f" ({', '.join(notes)})" if notes else ""))
        return 0 if result.holds_up else 1


def _certificates(releases: list[int]) -> Any:
    rows = Certificate.objects.order_by("release_id")
    return (rows.filter(release_id__in=releases) if releases else rows).iterator()
