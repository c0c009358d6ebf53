"""Leave of absence: notices are kept as they came, the days away reach the account's occurrence spans."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from accounts import history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.leave import SPAN_CODE, Leave, Notice, leaves, spans
from accounts.models import Account, LeaveKind, LeaveNotice

from .combined import whole
from .revisions import touch

Span = dict[str, Any]


def record_leave(
    *,
    account: Account,
    kind: str,
    on: datetime.date,
    sent_at: datetime.datetime,
    by: Actor,
    at: datetime.datetime | None = None,
    expected_on: datetime.date | None = None,
    action: uuid.UUID | None = None,
) -> LeaveNotice:
    """Keep a notice on a locked account at any step and bring its occurrence spans (74) up to date.

    Raises Refused ``leave.kind``.
    """
    if kind not in LeaveKind.values:
        raise Refused("leave.kind", "A leave notice says left, returned, or that one of them was wrong.")
    notice = LeaveNotice.objects.create(
        facility_id=account.facility_id, account=account, kind=kind, on=on, at=at, expected_on=expected_on, sent_at=sent_at
    )
    history.record(account=account, kind=f"leave.{kind}", by=by, payload={"on": on.isoformat()}, action=action)
    refresh_spans(account=account, by=by)
    return notice


def refresh_spans(*, account: Account, by: Actor) -> None:
    """Work out the spans of a locked account from its notices and those of what was combined into it."""
    wanted = with_leaves(account, list(account.occurrence_spans))
    if wanted == account.occurrence_spans:
        return
    account.occurrence_spans = wanted
    account.save(update_fields=["occurrence_spans"])
    touch(account=account, what="leave.spans", by=by)


def with_leaves(account: Account, told: list[Span]) -> list[Span]:
    """Spans that somebody told, with the leaves in place of their own 74 where there are notices."""
    notices = _notices(whole(account.pk))
    if not notices:
        return told
    return [span for span in told if span["code"] != SPAN_CODE] + spans(notices)


def leaves_of(account_ids: Iterable[int]) -> tuple[Leave, ...]:
    """Every leave of accounts that are one, oldest first. One query."""
    return leaves(_notices(account_ids))


def _notices(account_ids: Iterable[int]) -> list[Notice]:
    rows = LeaveNotice.objects.filter(account__in=account_ids)
    return [Notice(row.kind, row.on, row.at, row.sent_at) for row in rows]
