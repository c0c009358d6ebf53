"""Idempotency-Key: a request that did something does it once, however often it is sent.

What is kept is written in the transaction of what was done, so that both are there or neither. Two that are in flight at once
are told apart by a lock that ends with the transaction. A refusal did nothing and is not kept: it is judged anew.
"""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Final

from django.db import connection

from accounts import clock
from worklist.models import IdempotencyKey

from .asking import ApiRequest
from .problems import Problem

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 255
#: Kept so long at least; the purge comes by the minute.
KEPT: Final = datetime.timedelta(days=2)
_BATCH: Final = 1000

_PURGE: Final = """
DELETE FROM worklist_idempotencykey WHERE id IN (
    SELECT id FROM worklist_idempotencykey WHERE done_at < %s ORDER BY done_at LIMIT %s FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a key, or without one (``key_hash`` empty); ``earlier`` when it was done before."""

    user_id: int
    key_hash: str
    request_hash: str
    earlier: IdempotencyKey | None = None


def begin(request: ApiRequest) -> Asked:
    """Look the request's key up, in the request's transaction, and keep others with the same key away until it ends.

    Raises Problem 400 ``idempotency.key`` for an empty or long key, 409 ``idempotency.in_flight`` while the same key is being
    worked on, 422 ``idempotency.reused`` for a key of another request of the same person.
    """
    user_id = int(request.user.pk)
    key = request.headers.get(HEADER)
    if key is None:
        return Asked(user_id, "", "")
    if not key.strip() or len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise Problem(400, "idempotency.key", f"An Idempotency-Key is 1 to {LONGEST} printable ASCII characters.")
    key_hash, request_hash = _hash(key), _hash(f"{request.method} {request.path} {getattr(request, 'body_hash', '')}")
    if not _lock(f"worklist.idempotency {user_id} {key_hash}"):
        raise Problem(409, "idempotency.in_flight", "A request with this Idempotency-Key is being worked on.")
    earlier = IdempotencyKey.objects.filter(user_id=user_id, key_hash=key_hash).first()
    if earlier is not None and earlier.request_hash != request_hash:
        raise Problem(422, "idempotency.reused", "This Idempotency-Key was used for another request.")
    return Asked(user_id, key_hash, request_hash, earlier)


def keep(asked: Asked, status: int, subject: int | None) -> None:
    """Write down that it was done: the answer's status and the row it tells of, nothing of the answer itself."""
    if asked.key_hash:
        IdempotencyKey.objects.create(
            user_id=asked.user_id,
            key_hash=asked.key_hash,
            request_hash=asked.request_hash,
            status=status,
            subject=subject,
            done_at=clock.now(),
        )


def purge() -> int:
    """Delete a batch of keys that are older than two days; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, [clock.now() - KEPT, _BATCH])
        return int(cursor.rowcount)


def _lock(what: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [what])
        return bool(cursor.fetchone()[0])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
