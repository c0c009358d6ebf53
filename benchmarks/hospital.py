"""The hospital that is measured: the demo's people and tables, some told accounts with whole records, and the bulk."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts import clock
from accounts.models import Account, Facility, PatientClass, Step, WorkItem, WorkKind
from accounts.scope import ALL, scoped
from coding_workflow.staff.models import Role, User
from coding_workflow.staff.services import create_person, record_competence
from worklist import counts
from worklist.demo.player import Player
from worklist.demo.seeding import prepare, stories
from worklist.demo.story import Story, Until

from . import bulk

Say = Callable[[str], None]
#: Accounts with whole records, played through the services: for the account page and the checks.
TOLD: Final = 16
#: And so many that are just being coded, for the preview of their verdict.
OPEN: Final = 4
_PEOPLE: Final = ("coder", "supervisor", "claimant", "colleague")
_YEAR: Final = datetime.date(2025, 10, 1)


@dataclass(frozen=True)
class Hospital:
    """Who and what the figures use."""

    facility: Facility
    coder: User
    supervisor: User
    claimant: User
    colleague: User
    coded: tuple[int, ...]
    open: tuple[tuple[int, int], ...]  # being coded, each with its coder
    accounts: tuple[int, ...]
    rows: dict[str, int]

    def written(self) -> dict[str, Any]:
        """As JSON: people and the facility by their keys."""
        people = {name: getattr(self, name).pk for name in _PEOPLE}
        others = {name: getattr(self, name) for name in ("coded", "open", "accounts", "rows")}
        return {"facility": self.facility.pk, **people, **others}

    @classmethod
    def read(cls, said: dict[str, Any]) -> "Hospital":
        """From what ``written`` gave, of the same database."""
        people = {name: User.objects.get(pk=said[name]) for name in _PEOPLE}
        return cls(
            facility=Facility.objects.get(pk=said["facility"]),
            **people,
            coded=tuple(said["coded"]),
            open=tuple((account, coder) for account, coder in said["open"]),
            accounts=tuple(said["accounts"]),
            rows=said["rows"],
        )

    def hand_over(self) -> None:
        """What the claimant holds goes to the colleague, as if another coder had claimed it: the next claim walks past it."""
        WorkItem.objects.filter(leased_to=self.claimant, closed_at__isnull=True).update(leased_to=self.colleague)

    def hand_back(self) -> None:
        """All that was claimed is free again."""
        held = WorkItem.objects.filter(leased_to__in=(self.claimant, self.colleague), closed_at__isnull=True)
        held.update(leased_to=None, leased_until=None)


def open_hospital(*, accounts: int, say: Say) -> Hospital:
    """Fill the empty database of this run."""
    facility = prepare(lambda words: None)
    say("people, policy and code tables are there")
    told = _play(facility)
    say(f"{len(told)} accounts played through the services")
    people = {user.username: user for user in User.objects.all()}
    filled = bulk.fill(facility=facility, accounts=accounts, coder=people["mia"], today=clock.today())
    bulk.lease_some(holder=people["dev"])
    bulk.settle()
    with scoped(ALL):
        claimant, colleague = (hire(facility, name, people["cleo"]) for name in ("lou", "kim"))
        counts.refresh()
    say(f"{accounts:,} bulk accounts are there")
    return Hospital(
        facility=facility,
        coder=people["ana"],
        supervisor=people["cleo"],
        claimant=claimant,
        colleague=colleague,
        coded=tuple(Account.objects.filter(pk__in=told, step=Step.FINAL_CODED).order_by("pk").values_list("pk", flat=True)),
        open=_in_hand(told),
        accounts=told[:-OPEN],
        rows=filled,
    )


def session_of(person: User) -> str:
    """The cookie of somebody who has just signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _play(facility: Facility) -> tuple[int, ...]:
    player = Player(facility)
    return tuple(player.play(story).pk for story in _told())


def _told() -> Iterator[Story]:
    """The demo's stories that stand by themselves, each up to the check and no further; the last ones only coded."""
    alone = (
        replace(story, aftermath=None)
        for story in stories(400)
        if story.until >= Until.CODED and not (story.mother or story.same_patient_as or story.no_claim or story.restricted)
    )
    yield from (replace(story, until=Until.CODED) for story in islice(alone, TOLD))
    yield from (replace(story, until=Until.CODING) for story in islice(alone, OPEN))


def _in_hand(told: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    held = WorkItem.objects.filter(account__in=told[-OPEN:], kind=WorkKind.CODING, closed_at__isnull=True)
    return tuple(held.order_by("account").values_list("account", "leased_to"))


def hire(facility: Facility, username: str, supervisor: User, coding_types: Iterable[str] = PatientClass.values) -> User:
    """A coder for every class (or those), with nothing open and nothing returned."""
    person, _ = create_person(by=None, facility=facility, username=username, full_name=username.title(), roles=[Role.CODER])
    for coding_type in coding_types:
        record_competence(
            by=None,
            person=person,
            facility=facility,
            coding_type=coding_type,
            credential="CCS",
            trained_on=_YEAR,
            oriented_on=_YEAR,
            supervision="independent",
            supervisor=supervisor,
            valid_from=_YEAR,
        )
    User.objects.filter(pk=person.pk).update(must_change_password=False, temporary_password_until=None)
    return User.objects.get(pk=person.pk)
