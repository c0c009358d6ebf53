"""Taking a row, and what becomes of it. Every judgement of time is the database's; every end names its fence."""

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.models import OutboxRow, OutboxState
from accounts.scope import ALL, scoped

#: Parked because the process died in each of its runs.
WORKER_LOST = "outbox.worker_lost"
#: Finished without running: another row of the same kind and key waits and will do the work.
MERGED = "outbox.merged"

_FIRST_DELAY_SECONDS, _DELAY_FACTOR = 2, 4

# Locked rows are passed over: they are being asked for again or taken; the relay will ring once more.
_TAKE = """
    UPDATE accounts_outboxrow SET
        state = 'leased', fence = fence + 1, attempts = attempts + 1, rung_at = NULL,
        leased_until = clock_timestamp()
            + make_interval(secs => CASE lane WHEN 'bulk' THEN %(bulk)s ELSE %(interactive)s END)
    WHERE id = (
        SELECT id FROM accounts_outboxrow
        WHERE id = %(row)s AND attempts < %(bound)s AND (
            (state = 'waiting' AND not_before <= clock_timestamp())
            OR (state = 'leased' AND leased_until < clock_timestamp()))
        FOR UPDATE SKIP LOCKED)
    RETURNING *
"""

_FINISH = """
    UPDATE accounts_outboxrow SET
        state = %(state)s, finished_at = clock_timestamp(), leased_until = NULL, rung_at = NULL, error = %(error)s
    WHERE id = %(row)s AND fence = %(fence)s AND state = 'leased'
"""

_WAIT = """
    UPDATE accounts_outboxrow SET
        state = 'waiting', not_before = clock_timestamp() + make_interval(secs => %(delay)s),
        leased_until = NULL, rung_at = NULL, error = %(error)s
    WHERE id = %(row)s AND fence = %(fence)s AND state = 'leased'
"""

_PARK_LOST = """
    UPDATE accounts_outboxrow SET
        state = 'parked', finished_at = clock_timestamp(), leased_until = NULL, rung_at = NULL, error = %(error)s
    WHERE id IN (
        SELECT id FROM accounts_outboxrow
        WHERE state = 'leased' AND leased_until < clock_timestamp() AND attempts >= %(bound)s
        FOR UPDATE SKIP LOCKED)
"""


class StaleLease(Exception):
    """The row was taken by somebody else meanwhile: whoever meets this must write nothing."""


def take(row_id: int) -> OutboxRow | None:
    """Lease one due row to this process, in a transaction of its own; None when it is not to be had."""
    parameters = {"row": row_id, "bound": settings.OUTBOX_ATTEMPTS, **settings.OUTBOX_LEASE_SECONDS}
    with scoped(ALL):
        return next(iter(OutboxRow.objects.raw(_TAKE, parameters)), None)


def finish(row: OutboxRow) -> None:
    """Mark the row done inside the transaction that did its work. Raises StaleLease."""
    if not _execute(_FINISH, row, state=OutboxState.DONE, error=""):
        raise StaleLease


def fail(row: OutboxRow, error: str) -> None:
    """Try the row again later, or park it when its attempts are used up. A stale lease changes nothing."""
    if row.attempts >= settings.OUTBOX_ATTEMPTS:
        park(row, error)
        return
    with scoped(ALL):
        _wait(row, error)


def park(row: OutboxRow, error: str) -> None:
    """Set the row aside where a supervisor sees it. A stale lease changes nothing."""
    with scoped(ALL):
        _execute(_FINISH, row, state=OutboxState.PARKED, error=error)


def park_lost() -> int:
    """Park the rows whose process died in the last run that they are allowed; answers how many."""
    with scoped(ALL), connection.cursor() as cursor:
        cursor.execute(_PARK_LOST, {"bound": settings.OUTBOX_ATTEMPTS, "error": WORKER_LOST})
        return cursor.rowcount


def _wait(row: OutboxRow, error: str) -> None:
    if _join_waiting(row):
        return
    try:
        with transaction.atomic():
            _execute(_WAIT, row, delay=_FIRST_DELAY_SECONDS * _DELAY_FACTOR ** (row.attempts - 1), error=error)
    except IntegrityError:
        # Asked for again between the look and the write: that request does the work.
        _join_waiting(row)


def _join_waiting(row: OutboxRow) -> bool:
    """End this row when its work was asked for again during the run; the new row inherits its attempts."""
    waiting = OutboxRow.objects.filter(kind=row.kind, key=row.key, state=OutboxState.WAITING).select_for_update().first()
    if waiting is None:
        return False
    if _execute(_FINISH, row, state=OutboxState.DONE, error=MERGED):
        waiting.attempts = max(waiting.attempts, row.attempts)
        waiting.save(update_fields=["attempts"])
    return True


def _execute(sql: str, row: OutboxRow, **values: str | int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"row": row.pk, "fence": row.fence, **values})
        return cursor.rowcount
