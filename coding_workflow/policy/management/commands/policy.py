"""``manage.py policy export|import|check|text``: a facility's policy as a file that can live in version control."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import clock
from accounts.errors import Refused
from accounts.models import Facility
from accounts.scope import ALL, scoped
from coding_workflow.policy import selectors, services
from coding_workflow.policy.files import from_file
from coding_workflow.policy.reading import MAX_CHARACTERS, PolicyInvalid
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.policy.text import as_text, sections
from coding_workflow.staff.models import User


class Command(BaseCommand):
    """Write the policy in force to a file, take a file in as a draft, check a file, print the text."""

    help = "A facility's policy as a file: export, import (as a draft), check; or as text."

    def add_arguments(self, parser: CommandParser) -> None:
        """Each verb with its own arguments."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="Write the policy in force to a file.")
        imported = verbs.add_parser("import", help="Take a file in as a draft of the person; two people publish it afterwards.")
        check = verbs.add_parser("check", help="Say every place where a file is wrong; exits 1 then.")
        text = verbs.add_parser("text", help="Print the policy in force as text.")
        for verb in (export, imported, check):
            verb.add_argument("file", type=Path)
        for verb in (export, imported):
            verb.add_argument("--by", required=True, metavar="USERNAME", help="The administrator who does it.")
            verb.add_argument("--reason", required=True, help="Why; kept in the policy's history.")
        for verb in (export, imported, text):
            verb.add_argument("--facility", required=True, metavar="CODE")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Do one verb; a refusal is said in its sentence."""
        verbs = {"export": self._export, "import": self._import, "check": self._check, "text": self._text}
        try:
            with scoped(ALL):
                verbs[verb](options)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None

    def _export(self, options: dict[str, Any]) -> None:
        facility, by = _facility(options["facility"]), _person(options["by"])
        version = selectors.in_force(facility, clock.today(facility))
        text = services.export_policy(facility=facility, version=version, by=by, reason=options["reason"])
        options["file"].write_text(text, encoding="utf-8")
        self.stdout.write(f"{options['file'].name}: {f'version {version.number}' if version else 'the standard policy'}")

    def _import(self, options: dict[str, Any]) -> None:
        facility, by = _facility(options["facility"]), _person(options["by"])
        services.import_policy(facility=facility, text=_read(options["file"]), by=by, reason=options["reason"])
        self.stdout.write(f"{options['file'].name}: a draft of {by.username}; it is proposed and published on the pages")

    def _check(self, options: dict[str, Any]) -> None:
        try:
            policy = from_file(_read(options["file"]))
        except PolicyInvalid as invalid:
            raise CommandError("\n".join(str(fault) for fault in invalid.faults)) from None
        self.stdout.write(f"{options['file'].name}: a policy, SHA-256 {policy.hash}")

    def _text(self, options: dict[str, Any]) -> None:
        self._print(selectors.policy_for(_facility(options["facility"])))

    def _print(self, policy: FacilityPolicy) -> None:
        for line in as_text(sections(policy, selectors.people_of(policy))):
            self.stdout.write(line)


def _person(username: str) -> User:
    person: User | None = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(f"There is no {username} who may sign in.")
    return person


def _facility(code: str) -> Facility:
    facility = Facility.objects.filter(code=code).first()
    if facility is None:
        raise CommandError(f"There is no facility {code}.")
    return facility


def _read(path: Path) -> str:
    """The file's text. A folder, a pipe, a file that is too large or is not UTF-8 is refused before it is read whole."""
    if not path.is_file() or path.stat().st_size > 4 * MAX_CHARACTERS:
        raise CommandError(f"{path.name} is not a policy file.")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CommandError(f"{path.name} is not UTF-8 text.") from None
