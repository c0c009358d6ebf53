"""Messages of the feeds, as the list and one message's page show them."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Q, QuerySet

from accounts.models import Account
from coding_workflow.registration.fhir import json_text
from coding_workflow.registration.hl7 import framing
from coding_workflow.registration.models import FeedFormat, InboundMessage, MessageStatus
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User

PAGE_SIZE: Final = 50
#: Bytes of a message that a page shows and lets somebody correct; a larger one is corrected where it comes from.
MOST_SHOWN: Final = 200_000

TABS: Final[tuple[tuple[str, str], ...]] = (
    (MessageStatus.FAILED, "Failed"),
    (MessageStatus.PARKED, "Waiting for their account"),
    (MessageStatus.ASIDE, "Set aside"),
)
FIRST: Final = MessageStatus.FAILED.value
#: The last tab: nothing is left to do there, and it is not counted, since it holds all that ever came.
APPLIED: Final = (MessageStatus.APPLIED.value, "Applied")
NAMES: Final = dict((*TABS, APPLIED))
#: So many messages of one number are shown.
MOST_FOUND: Final = 100
#: Characters of a control id or an account's number.
LONGEST: Final = 199


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab with how many messages are under it; None where they are not counted."""

    value: str
    name: str
    here: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a tab, newest first; ``next_after`` is the key of its last row when there are more."""

    rows: list[InboundMessage]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Messages of a tab that are there for the same reason."""

    code: str
    sentence: str
    feed: str
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """One segment of a message; ``here`` when the failure names it."""

    text: str
    here: bool


def listed() -> "QuerySet[InboundMessage]":
    """Messages with what a page names of them; the bodies stay in the database until one is opened."""
    return InboundMessage.objects.defer("raw", "replaced_by__raw").select_related(
        "facility", "account", "aside_by", "replaced_by"
    )


def page(user: User, tab: str, after: int | None = None, *, code: str = "", feed: str = "") -> Page:
    """One page of a tab, of one reason and one feed when given, by keyset. One query."""
    wanted = {name: value for name, value in (("code", code), ("feed", feed)) if value}
    rows = visible(listed().filter(status=tab, **wanted), user).order_by("-pk")
    found = list((rows.filter(pk__lt=after) if after else rows)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return Page(shown, shown[-1].pk if len(found) > PAGE_SIZE else None)


def tabs(user: User, here: str) -> list[Tab]:
    """The tabs, those with something to do with their counts. One query."""
    rows = visible(InboundMessage.objects.filter(status__in=dict(TABS)), user).order_by()
    counts = dict(rows.values_list("status").annotate(count=Count("pk")))
    open_ones = [Tab(value, name, value == here, counts.get(value, 0)) for value, name in TABS]
    return [*open_ones, Tab(*APPLIED, APPLIED[0] == here, None)]


def find(user: User, number: str) -> list[InboundMessage]:
    """Messages of this control id or account number, whatever became of them, the newest first, at most ``MOST_FOUND``.

    A message that is still open may name an account that is not there yet: it is found by the number it names. Two queries.
    """
    accounts = list(visible(Account.objects.filter(number=number), user).values_list("pk", flat=True))
    named = Q(account_number=number, status__in=dict(TABS))
    rows = visible(listed().filter(Q(control_id=number) | Q(account_id__in=accounts) | named), user)
    return list(rows.order_by("-pk")[:MOST_FOUND])


def reasons(user: User, tab: str, feed: str = "") -> list[Reason]:
    """Why the messages of a tab are there, by feed, the most frequent first. One query."""
    rows = visible(InboundMessage.objects.filter(status=tab, **({"feed": feed} if feed else {})), user).order_by()
    found = rows.values_list("code", "feed").annotate(count=Count("pk"), sentence=Max("sentence"))
    ordered = sorted(found, key=lambda each: (-each[2], each[0], each[1]))
    return [Reason(code, sentence, feed_, count) for code, feed_, count, sentence in ordered]


def place(message: InboundMessage) -> str:
    """Where in the message it failed, as interface teams write it: ``PID-7``, ``Encounter.period.end``, ``admitted``."""
    return f"{message.segment}-{message.field}" if message.field else message.segment or message.place


def text(message: InboundMessage) -> str:
    """The whole message to be corrected; empty when it is too large for a page."""
    return _shown(message.format, bytes(message.raw)) if len(message.raw) <= MOST_SHOWN else ""


def lines(message: InboundMessage) -> list[Line]:
    """The message segment by segment; of one that is too large, its beginning."""
    shown = _shown(message.format, bytes(message.raw)[:MOST_SHOWN])
    return [Line(one, bool(message.segment) and one.startswith(message.segment)) for one in shown.splitlines()]


def typed(message: InboundMessage, text: str) -> bytes:
    """What somebody typed over the text of a message, as bytes of its format. Raises HL7Problem as ``framing.typed``."""
    if message.format == FeedFormat.HL7:
        return framing.typed(text)
    return text.replace("\r\n", "\n").encode()


def _shown(format: str, raw: bytes) -> str:
    """A message for eyes: HL7 by its segments, a resource indented, a row as it is."""
    if format == FeedFormat.HL7:
        return framing.shown(raw)
    written = raw.decode("utf-8", "replace").replace("\x00", framing.UNREADABLE)
    if format == FeedFormat.FHIR:
        return json_text.indented(written)
    return written


def is_open(message: InboundMessage) -> bool:
    """Whether something can still be done with it."""
    return message.status in dict(TABS)
