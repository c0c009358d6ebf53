"""``manage.py fhir_export``: the records of a list of accounts as NDJSON, one Bundle on each line."""

import os
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from django.core.management.base import BaseCommand, CommandError

from accounts import history
from accounts.errors import Refused
from accounts.models import Account, Facility
from accounts.scope import scoped
from coding_workflow.payment.record import record_of
from coding_workflow.staff.models import Role, User

#: Who takes records out of the application on a page; the command asks the same of who it is run for.
_TAKES: Final = (Role.SUPERVISOR, Role.COMPLIANCE)
_LONGEST: Final = 40


class Command(BaseCommand):
    """Nothing of a patient is printed or stands in the arguments: accounts are named in a file, answers by its line."""

    help = "Write the records of the accounts in LIST (one number a line, - for standard input) as FHIR NDJSON, for one person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """List, file, facility, person."""
        parser.add_argument("list", type=Path, help="Account numbers, one on each line; - reads standard input.")
        parser.add_argument("--to", type=Path, required=True, help="The file to be written; it must not be there yet.")
        parser.add_argument("--by", required=True, help="User name of the supervisor or compliance officer it is for.")
        parser.add_argument("--facility", default="", help="Its code; may be left out where there is one facility only.")

    def handle(self, *, list: Path, to: Path, by: str, facility: str, **options: object) -> None:
        """Each account in a transaction of its own. Exits 1 when one was not written."""
        place = _facility(facility)
        person = _person(by, place)
        counts: Counter[str] = Counter()
        try:
            handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error.strerror}.") from None
        with os.fdopen(handle, "wb") as file:
            for number, said in _lines(list):
                problem = _write(said, place, person, file)
                counts["written" if not problem else "refused"] += 1
                if problem:
                    self.stdout.write(f"line {number}  refused  {problem}")
            file.flush()
            os.fsync(file.fileno())
        self.stdout.write(" ".join(f"{what} {count}" for what, count in sorted(counts.items())) or "no account")
        if counts["refused"]:
            raise CommandError("Some accounts were not written.", returncode=1)


def _facility(code: str) -> Facility:
    places = [one for one in Facility.objects.all() if code in {"", one.code}]
    if len(places) != 1:
        raise CommandError("Say with --facility which one it is: its code.")
    return places[0]


def _person(username: str, facility: Facility) -> User:
    """The person in whose name records leave, and whose rights decide which."""
    person: User | None = User.objects.active().filter(username=username).first()
    if person is None or not any(person.has_role(role, facility.pk) for role in _TAKES):
        raise CommandError("--by names nobody who is supervisor or compliance officer of this facility.")
    person.act_as(_TAKES)
    return person


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise CommandError("The list cannot be read; it is a file of account numbers in UTF-8.") from None
    yield from ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def _write(said: str, facility: Facility, person: User, file: BinaryIO) -> str:
    """One record; answers why not, in words that hold no number."""
    with scoped([facility.pk]):
        if len(said) > _LONGEST or "\0" in said:
            return "There is no such account."
        named = Account.objects.filter(facility=facility, number=said)
        account = named.visible_to(person).first()
        if account is None:
            there = named.exists()
            return "The account is restricted, and this person has not opened it." if there else "There is no such account."
        history.record_access(user_id=person.pk, kind="record.taken", account=account, reason="fhir_export")
        try:
            record = record_of(account.pk, bounded=False)
        except Refused as refusal:
            return refusal.sentence
    for part in record.in_parts():
        for piece in part:
            file.write(piece)
        file.write(b"\n")
    return ""
