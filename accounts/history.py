"""The history of every account: append-only events in a hash chain, and the log of who looked."""

import datetime
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from . import chain, listeners
from .actors import Actor
from .models import AccessRecord, Account, Event, Facility
from .prepared import Prepared

_APPENDED: Final = (
    ("facility_id", "bigint"),
    ("account_id", "bigint"),
    ("kind", "text"),
    ("actor_kind", "text"),
    ("actor", "text"),
    ("action", "uuid"),
    ("payload", "text"),
)
_APPEND: Final = Prepared(
    f"INSERT INTO accounts_event ({', '.join(name for name, _ in _APPENDED)}, sequence, previous_hash, hash)"  # noqa: S608 - fixed words
    f" VALUES ({', '.join(f'%({name})s' for name, _ in _APPENDED)}, 0, '', '') RETURNING id",
    _APPENDED,
)


def record(
    *, account: Account, kind: str, by: Actor, payload: dict[str, Any] | None = None, action: uuid.UUID | None = None
) -> Event:
    """Append one event; the account must be locked in this transaction.

    ``kind`` is a dotted code (``coding.finalized``). Sequence, time and hash come from the database.
    """
    event = Event(
        facility_id=account.facility_id,
        account=account,
        kind=kind,
        actor_kind=by.kind,
        actor=by.code,
        action=action or uuid.uuid4(),
        payload=chain.canonical(payload or {}),
    )
    # Said directly and planned once: it stands behind every act of everybody.
    with connection.cursor() as cursor:
        _APPEND.execute(cursor, vars(event))
        (event.pk,) = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias
    listeners.tell("recorded", event=event)
    return event


def record_access(
    *,
    user_id: int | None,
    kind: str,
    account: Account | None = None,
    facility: Facility | None = None,
    reason: str = "",
    version_id: int | None = None,
) -> None:
    """Write down that somebody saw health information: a page, a search, an export; ``version_id`` is the document read."""
    facility_id = account.facility_id if account else facility.pk if facility else None
    # Said directly, as above: every page leaves one.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_accessrecord (user_id, kind, account_id, facility_id, reason, version_id, at, action)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [user_id, kind, account.pk if account else None, facility_id, reason, version_id, timezone.now(), uuid.uuid4()],
        )


def record_accesses(*, user_id: int, kind: str, accounts: Iterable[Account]) -> None:
    """As ``record_access``, for several accounts that one page showed or that left together, as one action. One statement."""
    action = uuid.uuid4()
    AccessRecord.objects.bulk_create(
        AccessRecord(user_id=user_id, kind=kind, account=each, facility_id=each.facility_id, action=action) for each in accounts
    )


def versions_read(user_id: int, account: Account) -> dict[int, datetime.datetime]:
    """The document versions of an account that the person has read, each with the first time. One query."""
    rows = AccessRecord.objects.filter(account=account, user_id=user_id, version__isnull=False)
    return dict(rows.values_list("version_id").annotate(first=Min("at")))


def links(account_id: int) -> Iterator[chain.Link]:
    """The stored links of one account, in order."""
    for event in Event.objects.filter(account_id=account_id).order_by("sequence").iterator():
        yield as_link(event)


def as_link(event: Event) -> chain.Link:
    """One stored event as a link of the pure chain; the database has set its instant."""
    if event.at is None:
        raise ValueError(f"event {event.pk} has no instant: read it back from the database first")
    return chain.Link(
        sequence=event.sequence,
        account_id=event.account_id,
        facility_id=event.facility_id,
        kind=event.kind,
        actor_kind=event.actor_kind,
        actor=event.actor,
        action=str(event.action),
        at=event.at,
        payload=event.payload,
        previous_hash=event.previous_hash,
        hash=event.hash,
    )


def verify_account(account: Account) -> list[chain.Flaw]:
    """Flaws in one account's chain: changed, removed or reordered rows, each named."""
    return chain.verify(links(account.pk), account_id=account.pk, sequence=account.event_sequence, head=account.event_head)
