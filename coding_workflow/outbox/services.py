"""Doing outbox work in this process, and bringing parked work back."""

from collections.abc import Collection

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts import history
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account, OutboxRow, OutboxState
from accounts.outbox import LANES
from accounts.scope import ALL, scoped

from . import leases, runs

log = structlog.get_logger(__name__)

_NEXT_DUE = """
    SELECT id FROM accounts_outboxrow
    WHERE lane = ANY(%(lanes)s) AND attempts < %(bound)s AND (
        (state = 'waiting' AND not_before <= clock_timestamp())
        OR (state = 'leased' AND leased_until < clock_timestamp()))
    ORDER BY not_before, id LIMIT 1
"""

_PURGE = """
    DELETE FROM accounts_outboxrow WHERE id IN (
        SELECT id FROM accounts_outboxrow
        WHERE state = 'done' AND finished_at < clock_timestamp() - make_interval(days => %(days)s)
        ORDER BY finished_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
"""

_PURGE_BATCH = 500

_WAIT_AGAIN = """
    UPDATE accounts_outboxrow SET
        state = 'waiting', attempts = 0, not_before = clock_timestamp(), finished_at = NULL, rung_at = NULL
    WHERE id = %s
"""


def perform(*, row_id: int) -> bool:
    """Take one row and run it; True when its work was committed. A row that is not to be had is left alone."""
    row = leases.take(row_id)
    return row is not None and runs.run(row)


def drain(limit: int | None = None, lanes: Collection[str] | None = None) -> int:
    """Run due rows in this process, as a worker would, until none is due or ``limit`` were taken.

    Answers how many finished. Rows that fail wait for their next attempt or are parked; neither is counted.
    """
    leases.park_lost()
    finished = taken = 0
    while limit is None or taken < limit:
        row_id = _next_due(lanes or LANES)
        if row_id is None:
            break
        taken += 1
        finished += perform(row_id=row_id)
    return finished


def requeue(*, row_id: int, by: Actor) -> OutboxRow:
    """Let a parked row try again from its first attempt; answers the row that will do the work.

    When the same work already waits, that row is answered and this one is closed. Raises Refused
    ``outbox.unknown`` and Conflict ``outbox.not_parked``. The account's history says who did it.
    """
    with transaction.atomic():
        account = _locked_account(row_id)
        row = _locked_parked(row_id)
        waiting = _wait_again(row)
        log.info("outbox.requeued", row=row.pk, kind=row.kind, actor=by.code)
        if account is not None:
            history.record(account=account, kind="outbox.requeued", by=by, payload={"row": row.pk, "kind": row.kind})
    return waiting


def purge() -> int:
    """Delete one small batch of rows that were finished some days ago; answers how many. They are not history."""
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, {"days": settings.OUTBOX_KEEP_DAYS, "batch": _PURGE_BATCH})
        return int(cursor.rowcount)


def _next_due(lanes: Collection[str]) -> int | None:
    with scoped(ALL), connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE, {"lanes": list(lanes), "bound": settings.OUTBOX_ATTEMPTS})
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _locked_account(row_id: int) -> Account | None:
    # The account before the row: whoever asks for work holds its account already.
    account_id = OutboxRow.objects.filter(pk=row_id).values_list("account_id", flat=True).first()
    return None if account_id is None else lock_account(account_id)


def _locked_parked(row_id: int) -> OutboxRow:
    row = OutboxRow.objects.select_for_update().filter(pk=row_id).first()
    if row is None:
        raise Refused("outbox.unknown", "There is no such work.")
    if row.state != OutboxState.PARKED:
        raise Conflict("outbox.not_parked", "This work is not parked; somebody may have brought it back already.")
    return row


def _wait_again(row: OutboxRow) -> OutboxRow:
    waiting = OutboxRow.objects.filter(kind=row.kind, key=row.key, state=OutboxState.WAITING).first()
    if waiting is not None:
        row.state, row.error = OutboxState.DONE, leases.MERGED
        row.save(update_fields=["state", "error"])
        return waiting
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_WAIT_AGAIN, [row.pk])
    except IntegrityError:
        raise Conflict("outbox.asked_again", "This work was asked for again just now and is about to run.") from None
    row.refresh_from_db()
    return row
