"""Who saw what: the access log in words, by account, by person and by period, for compliance (45 CFR 164.308(a)(1)(ii)(D))."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from accounts.models import AccessRecord, Account, Event
from coding_workflow.staff.models import BreakGlass, User

from .history import Told, told

PAGE_SIZE: Final = 100
#: A longer period is asked for in parts.
MOST_DAYS: Final = 92
#: Rows of one file.
MOST_IN_FILE: Final = 50_000
#: Looks and acts that the page of one opening shows.
MOST_OF_OPENING: Final = 500
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
#: Days that the page shows when nobody says which.
USUAL_DAYS: Final = 7

#: Every kind of look and how it reads; one that is missing here reads as its code.
WORDS: Final[dict[str, str]] = {
    "account.viewed": "Account page",
    "account.found": "Shown in a search",
    "account.searched": "Searched for accounts",
    "account.break_glass": "Opened a restricted account",
    "account.earlier_viewed": "Earlier account of the patient",
    "backtest.viewed": "Backtest of a rule",
    "board.viewed": "Release board",
    "certificate.downloaded": "Took a certificate out",
    "claim.downloaded": "Took a claim file out",
    "claim.viewed": "Claim",
    "claims.viewed": "List of claims",
    "discrepancy.viewed": "Discrepancy",
    "document.viewed": "Document",
    "history.viewed": "History of the account",
    "import.viewed": "Message of a feed",
    "imports.viewed": "List of messages",
    "imports.searched": "Search for a message",
    "looks.exported": "Took an access report out",
    "looks.viewed": "Access report",
    "openings.viewed": "List of openings",
    "opening.viewed": "Opening of a restricted account",
    "parked.viewed": "Parked work",
    "people_at_work.viewed": "People at work",
    "queries.viewed": "List of queries",
    "query.composed": "Wrote a query",
    "query.read": "Query",
    "query_mail.viewed": "Mail about queries",
    "queues.previewed": "Preview of queues",
    "record.searched": "Searched in the record",
    "record.taken": "Took the record out",
    "remittance.viewed": "Remittance",
    "remittances.viewed": "List of remittances",
    "rule.facts_taken": "Took the facts into a rule test",
    "suggestions.viewed": "Figures of suggestions",
    "time.team_exported": "Took the team's time out",
    "time.team_viewed": "Team time",
    "work.assignment_previewed": "Preview of an assignment",
    "work.looked_at": "Chose work from a list",
    "worklist.viewed": "Worklist",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the report is about: days by the installation's clock, both included; a person and an account when chosen."""

    first: datetime.date
    last: datetime.date
    person: User | None = None
    account: Account | None = None

    def bounds(self) -> tuple[datetime.datetime, datetime.datetime]:
        """From the beginning of the first day to the end of the last."""
        zone = timezone.get_default_timezone()
        days = (self.first, self.last + datetime.timedelta(days=1))
        return tuple(datetime.datetime.combine(day, datetime.time(), tzinfo=zone) for day in days)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Look:
    """One row in words."""

    row: AccessRecord
    words: str


@dataclass(frozen=True, slots=True)
class Looks:
    """One page, newest first; ``older`` is the key of its last row when there are more: instant and number."""

    lines: tuple[Look, ...]
    older: str


@dataclass(frozen=True, slots=True)
class Total:
    """What one person saw in the period."""

    person: User | None
    looks: int
    accounts: int
    searches: int
    openings: int
    latest: datetime.datetime


def period(first: datetime.date | None, last: datetime.date | None, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The days asked for, at most ``MOST_DAYS``, never in the future; the last week when nothing is said."""
    ends = min(last or today, today)
    begins = first or ends - datetime.timedelta(days=USUAL_DAYS - 1)
    return max(min(begins, ends), ends - datetime.timedelta(days=MOST_DAYS - 1)), ends


def words(kind: str) -> str:
    """A kind of look as people read it."""
    return WORDS.get(kind, kind.replace(".", ": ").replace("_", " "))


def rows(viewer: User, asked: Asked) -> "QuerySet[AccessRecord]":
    """The looks asked for at the viewer's facilities; those at no facility (a search, a list) of the people who work there."""
    own_people = User.objects.visible_to(viewer).values("pk")
    begins, ends = asked.bounds()
    found = AccessRecord.objects.filter(at__gte=begins, at__lt=ends)
    found = found.filter(Q(facility_id__in=viewer.facility_ids()) | Q(facility=None, user_id__in=own_people))
    if asked.person is not None:
        found = found.filter(user=asked.person)
    return found.filter(account=asked.account) if asked.account is not None else found


def page(viewer: User, asked: Asked, older: str = "") -> Looks:
    """One page of the report, by keyset over instant and number. One query."""
    found = rows(viewer, asked).select_related("user", "account", "facility")
    if (key := _key(older)) is not None:
        at, pk = key
        found = found.filter(at__lte=at).exclude(at=at, pk__gte=pk)
    shown = list(found.order_by("-at", "-pk")[: PAGE_SIZE + 1])
    last = shown[PAGE_SIZE - 1] if len(shown) > PAGE_SIZE else None
    return Looks(tuple(_looks(shown[:PAGE_SIZE])), f"{last.at.isoformat()}|{last.pk}" if last else "")


def _looks(found: Iterable[AccessRecord]) -> Iterator[Look]:
    return (Look(row, words(row.kind)) for row in found)


def _key(text: str) -> tuple[datetime.datetime, int] | None:
    at, _, pk = text.partition("|")
    try:
        instant = datetime.datetime.fromisoformat(at)
        return (instant, int(pk)) if instant.tzinfo is not None and len(pk) < 19 else None
    except ValueError:
        return None


def totals(viewer: User, asked: Asked) -> list[Total]:
    """Each person's sums over the period, most accounts first: who looks at far more than others stands on top. Two queries."""
    found = rows(viewer, asked).values("user_id").annotate(
        looks=Count("pk"),
        accounts=Count("account_id", distinct=True),
        searches=Count("pk", filter=Q(kind="account.searched")),
        openings=Count("pk", filter=Q(kind="account.break_glass")),
        latest=Max("at"),
    )  # fmt: skip
    sums = list(found.order_by("-accounts", "-looks")[:PAGE_SIZE])
    people = User.objects.in_bulk({each["user_id"] for each in sums} - {None})
    return [
        Total(
            person=people.get(each["user_id"]),
            looks=each["looks"],
            accounts=each["accounts"],
            searches=each["searches"],
            openings=each["openings"],
            latest=each["latest"],
        )
        for each in sums
    ]


def file_rows(viewer: User, asked: Asked) -> list[list[str]] | None:
    """The report as rows of text, oldest first, a heading on top; None when it has more than ``MOST_IN_FILE`` rows."""
    found = rows(viewer, asked).select_related("user", "account", "facility").order_by("at", "pk")
    table = [["when (UTC)", "user name", "person", "what", "facility", "account", "document version", "reason", "action"]]
    for row in found[: MOST_IN_FILE + 1].iterator(chunk_size=2_000):
        table.append([_harmless(text) for text in _cells(row)])
    return table if len(table) <= MOST_IN_FILE + 1 else None


def _cells(row: AccessRecord) -> list[str]:
    return [
        row.at.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        row.user.username if row.user else "",
        row.user.full_name if row.user else "",
        words(row.kind),
        row.facility.code if row.facility else "",
        row.account.number if row.account else "",
        str(row.version_id or ""),
        row.reason,
        str(row.action),
    ]


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: such beginnings get an apostrophe."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\r", "\n")) else text


def of_opening(glass: BreakGlass) -> tuple[list[Look], list[Told]]:
    """What the person saw of the account while it was open to them, and what they did to it, oldest first. Three queries."""
    during = {"at__gte": glass.opened_at, "at__lte": glass.expires_at}
    seen = AccessRecord.objects.filter(user_id=glass.user_id, account_id=glass.account_id, **during)
    done = Event.objects.filter(account_id=glass.account_id, actor_kind="person", actor=str(glass.user_id), **during)
    shown = seen.select_related("user", "version__document").defer("version__text")
    lines = _looks(shown.order_by("at", "pk")[:MOST_OF_OPENING])
    return list(lines), told(list(done.order_by("sequence")[:MOST_OF_OPENING]))
