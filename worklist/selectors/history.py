"""Everything that happened to one account, and who looked."""

import datetime
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from accounts import history
from accounts.chain import Flaw
from accounts.models import AccessRecord, Account, Event
from coding_workflow.release.models import Release
from coding_workflow.staff.models import User
from worklist import telling

#: Newest events and looks on one page; the rest by the key of the last.
PAGE_SIZE: Final = 200
LOOKS: Final = 50
_MOST_SINCE: Final = 10
#: Events that change nothing a coder works with.
_UNSEEN: Final = ("work.claimed", "work.returned", "work.opened")


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words; ``account`` is the number of another account, for what happened before it was combined."""

    sequence: int
    at: datetime.datetime | None
    sentence: str
    who: str
    mark: str
    kind: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """The newest events, those who did them by name, and the key of the next page."""

    events: tuple[Told, ...]
    next_before: int | None


def story(account: Account, before: int | None = None, absorbed: Collection[Account] = ()) -> Story:
    """The account's events and those of the accounts combined into it, newest first, by keyset over their keys. Two queries."""
    others = {each.pk: each.number for each in absorbed}
    events = Event.objects.filter(account__in=[account.pk, *others]).order_by("-pk")
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events[: PAGE_SIZE + 1])
    names = _names(found)
    shown = found[:PAGE_SIZE]
    told = tuple(_told(event, names, others.get(event.account_id, "")) for event in shown)
    return Story(told, shown[-1].pk if len(found) > PAGE_SIZE else None)


def since(account: Account, sequence: int, *, but: User) -> tuple[Told, ...]:
    """What others did to the account after an event, oldest first; at most ten. Two queries."""
    after = Event.objects.filter(account=account, sequence__gt=sequence).exclude(actor_kind="person", actor=str(but.pk))
    found = list(after.exclude(kind__in=_UNSEEN).order_by("sequence")[:_MOST_SINCE])
    names = _names(found)
    return tuple(_told(event, names) for event in found)


def told(events: list[Event]) -> list[Told]:
    """Some events in words, with the names of those who did them. One query."""
    names = _names(events)
    return [_told(event, names) for event in events]


def _names(events: list[Event]) -> dict[str, str]:
    people = {event.actor for event in events if event.actor_kind == "person" and event.actor.isdigit()}
    return {str(pk): name for pk, name in User.objects.filter(pk__in=people).values_list("pk", "full_name")}


def _told(event: Event, names: dict[str, str], account: str = "") -> Told:
    others = {"policy": "Policy", "feed": "Feed", "system": "System"}
    who = names.get(event.actor, "A person") if event.actor_kind == "person" else others.get(event.actor_kind, "")
    code = "" if event.actor_kind == "person" else f" ({event.actor.replace('_', ' ')})"
    return Told(
        sequence=event.sequence,
        at=event.at,
        sentence=telling.sentence(event.kind, json.loads(event.payload)),
        who=who + code,
        mark=telling.mark(event.kind),
        kind=event.kind,
        account=account,
    )


def flaws(account: Account) -> list[Flaw]:
    """Where the chain of events does not verify; empty is good."""
    return history.verify_account(account)


def releases(account: Account) -> list[Release]:
    """The account's releases with certificate and approver, newest first."""
    return list(Release.objects.filter(account=account).select_related("certificate", "approved_by").order_by("-sequence"))


def looks(account: Account) -> list[AccessRecord]:
    """Who saw the account lately, newest first."""
    return list(AccessRecord.objects.filter(account=account).select_related("user").order_by("-at")[:LOOKS])
