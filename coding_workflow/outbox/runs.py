"""One run of one row: its handler and its end in one transaction; an errand does its work before that in its own."""

from pathlib import Path
from traceback import walk_tb

import structlog
from django.conf import settings
from django.db import connection

from accounts.errors import Refused
from accounts.models import OutboxRow
from accounts.scope import ALL, scoped

from . import leases, registry

UNKNOWN_KIND = "outbox.unknown_kind"

log = structlog.get_logger(__name__)


def run(row: OutboxRow) -> bool:
    """Run a leased row; True when its work and its end were committed.

    A refusal of the domain parks it with the refusal's code; any other failure is tried again a bounded
    number of times. A lease that ran out and was given to another process commits nothing.
    """
    work = registry.find(row.kind)
    if work is None:
        return _end(row, "outbox.parked", UNKNOWN_KIND)
    try:
        _commit(row, work)
    except leases.StaleLease:
        log.warning("outbox.stale_lease", row=row.pk, kind=row.kind, fence=row.fence)
        return False
    except Refused as refusal:
        return _end(row, "outbox.parked", refusal.code)
    except Exception as error:  # a handler may fail in any way, and its row must say so
        return _end(row, "outbox.failed", place_of(error))
    log.info("outbox.done", row=row.pk, kind=row.kind, attempt=row.attempts)
    return True


def _commit(row: OutboxRow, work: registry.Work) -> None:
    outside = registry.is_errand(row.kind)
    if outside:
        work(row)
    with scoped(ALL if row.facility_id is None else [row.facility_id]):
        if not outside:
            work(row)
        leases.finish(row)


def _end(row: OutboxRow, what: str, error: str) -> bool:
    mend_connection()
    log.warning(what, row=row.pk, kind=row.kind, attempt=row.attempts, error=error)
    if what == "outbox.failed":
        leases.fail(row, error)
    else:
        leases.park(row, error)
    return False


def mend_connection() -> None:
    """After a failure: drop a connection that the server has ended, so that the next statement opens a new one."""
    # Inside a transaction of the caller's own (drain) the connection is not ours to drop.
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def place_of(error: BaseException) -> str:
    """The class of an exception and where in our code it was raised. Never its text: that may name a patient."""
    places = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    ours = [(path, line) for path, line in places if _is_ours(path)]
    if not ours:
        return type(error).__name__
    path, line = ours[-1]
    return f"{type(error).__name__} at {path.relative_to(settings.BASE_DIR)}:{line}"[:200]


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts
