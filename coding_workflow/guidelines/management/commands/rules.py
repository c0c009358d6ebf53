"""``manage.py rules export|import|test``: administrators' rules as files that can live in version control."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refused
from accounts.models import Facility
from accounts.scope import ALL, scoped
from coding_workflow.guidelines import services
from coding_workflow.guidelines.lab.files import RuleFile, from_file, to_file
from coding_workflow.guidelines.lab.limits import faults, warnings
from coding_workflow.guidelines.lab.reading import MAX_CHARACTERS, DefinitionError
from coding_workflow.guidelines.lab.sentences import sentence
from coding_workflow.guidelines.lab.testing import shortfalls
from coding_workflow.guidelines.models import RuleVersion, State
from coding_workflow.guidelines.selectors import definition_of, tests_of, unreadable
from coding_workflow.staff.models import User


class Command(BaseCommand):
    """Write rules to files, read files as drafts, run the tests of files or of stored rules."""

    help = "Administrators' rules as files: export, import (as drafts), test."

    def add_arguments(self, parser: CommandParser) -> None:
        """Each verb with its own arguments."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="Write a file for each rule into a folder.")
        export.add_argument("folder", type=Path)
        export.add_argument("--key", action="append", default=[], help="Only this rule; may be repeated.")
        export.add_argument("--state", choices=State.values, default=State.ACTIVE, help="Which version (active).")
        imported = verbs.add_parser("import", help="Read files as drafts; two people publish them afterwards.")
        imported.add_argument("files", nargs="+", type=Path)
        for verb in (export, imported):
            verb.add_argument("--by", required=True, metavar="USERNAME", help="The administrator who does it.")
            verb.add_argument("--reason", required=True, help="Why; kept in the rule's history.")
        tests = verbs.add_parser("test", help="Check and test files, or what is stored; exits 1 when something fails.")
        tests.add_argument("files", nargs="*", type=Path)
        for verb in (export, imported, tests):
            verb.add_argument("--facility", default="", metavar="CODE", help="Whose rules; left out: those of all facilities.")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Do one verb; a refusal is said in its sentence."""
        try:
            with scoped(ALL):
                {"export": self._export, "import": self._import, "test": self._test}[verb](options)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None

    def _export(self, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        by, rows = _person(options["by"]), _stored(options["facility"], (options["state"],))
        if options["key"]:
            rows = [version for version in rows if version.rule.key in options["key"]]
        folder.mkdir(parents=True, exist_ok=True)
        for version in rows:
            rule = services.export_rule(version_id=version.pk, by=by, reason=options["reason"])
            (folder / rule.name).write_text(to_file(rule), encoding="utf-8")
            self.stdout.write(f"{rule.name}: version {version.number}")

    def _import(self, options: dict[str, Any]) -> None:
        by, facility = _person(options["by"]), _facility(options["facility"])
        for path in options["files"]:
            draft = services.import_rule(text=_text(path), facility=facility, by=by, reason=options["reason"])
            self.stdout.write(f"{path.name}: draft {draft.number} of {draft.rule.key}")

    def _test(self, options: dict[str, Any]) -> None:
        rules = _files(options["files"]) if options["files"] else _rules(options["facility"])
        if not all([self._report(rule) for rule in rules]):
            sys.exit(1)

    def _report(self, rule: RuleFile) -> bool:
        self.stdout.write(f"{rule.key}: {sentence(rule.definition)}")
        wrong = faults(rule.definition) or shortfalls(rule.definition, rule.tests)
        for fault in wrong:
            self.stdout.write(f"  {fault}")
        for warning in warnings(rule.definition):
            self.stdout.write(f"  look at {warning}")
        if not wrong:
            self.stdout.write(f"  {len(rule.tests)} tests pass")
        return not wrong


def _person(username: str) -> User:
    person: User | None = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(f"There is no {username} who may sign in.")
    return person


def _facility(code: str) -> Facility | None:
    facility = Facility.objects.filter(code=code).first()
    if code and facility is None:
        raise CommandError(f"There is no facility {code}.")
    return facility


def _stored(code: str, states: Iterable[str]) -> list[RuleVersion]:
    rows = RuleVersion.objects.filter(rule__facility=_facility(code), state__in=tuple(states))
    return list(rows.select_related("rule").order_by("rule__key", "number"))


def _rules(code: str) -> Iterator[RuleFile]:
    for version in _stored(code, (State.DRAFT, State.SHADOW, State.ACTIVE)):
        if why := unreadable(version):
            raise CommandError(f"{version.rule.key}: {why}")
        yield RuleFile(version.rule.key, definition_of(version), tests_of(version))


def _files(paths: Iterable[Path]) -> Iterator[RuleFile]:
    for path in paths:
        try:
            yield from_file(_text(path))
        except DefinitionError as error:
            raise CommandError(f"{path.name}: {error}") from None


def _text(path: Path) -> str:
    """The file's text. A folder, a pipe, a file that is too large or is not UTF-8 is refused before it is read whole."""
    if not path.is_file() or path.stat().st_size > 4 * MAX_CHARACTERS:
        raise CommandError(f"{path.name} is not a rule file.")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CommandError(f"{path.name} is not UTF-8 text.") from None
