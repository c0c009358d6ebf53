"""Asking for work later: one row, written in the transaction that causes it (docs/outbox.md)."""

import datetime
import json
import re
from collections.abc import Mapping
from typing import Final

import structlog
from django.db import connection

log = structlog.get_logger(__name__)

#: Interactive work is what somebody waits for (a check after an edit); bulk is what may take its time.
LANES: Final = ("interactive", "bulk")

PayloadValue = int | str | None | list[int]

# A dotted word, a UUID or a SHA-256: nothing that could spell a name or a record number.
_WORD = r"[a-z][a-z_]{0,31}(?:\.[a-z][a-z_]{0,31}){0,3}"
_CODE = rf"(?:{_WORD}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|[0-9a-f]{{64}})"
_SEGMENT = rf"(?:{_CODE}|\d{{1,19}}|\d{{4}}-\d\d-\d\d)"
_is_code = re.compile(_CODE).fullmatch
_is_word = re.compile(_WORD).fullmatch
_is_key = re.compile(rf"{_SEGMENT}(?::{_SEGMENT})*").fullmatch

_KIND_LENGTH, _KEY_LENGTH, _LIST_LENGTH = 40, 120, 1000

_lane_by_kind: dict[str, str] = {}

# A waiting row is asked for again by touching it: whoever takes it waits for this transaction, and so
# sees what caused the second request. ``rung_at`` is cleared so that the bell rings for it.
_INSERT = """
    INSERT INTO accounts_outboxrow
        (kind, key, facility_id, account_id, payload, lane, state, not_before, attempts, fence, error, created_at)
    VALUES (%(kind)s, %(key)s,
            coalesce(%(facility)s, (SELECT facility_id FROM accounts_account WHERE id = %(account)s)), %(account)s,
            %(payload)s, %(lane)s, 'waiting', coalesce(%(not_before)s, clock_timestamp()), 0, 0, '', clock_timestamp())
    ON CONFLICT (kind, key) WHERE state = 'waiting' DO UPDATE SET
        not_before = least(accounts_outboxrow.not_before, excluded.not_before),
        payload = excluded.payload,
        lane = CASE WHEN excluded.lane = 'interactive' THEN excluded.lane ELSE accounts_outboxrow.lane END,
        rung_at = NULL
    RETURNING id
"""


def declare_lane(kind: str, lane: str) -> None:
    """Say in which lane a kind runs when ``enqueue`` is not told; its handler's registration calls this."""
    if lane not in LANES:
        raise ValueError(f"No lane {lane!r}; lanes are {', '.join(LANES)}.")
    _lane_by_kind[kind] = lane


def enqueue(
    *,
    kind: str,
    key: str,
    facility_id: int | None = None,
    account_id: int | None = None,
    payload: Mapping[str, PayloadValue] | None = None,
    not_before: datetime.datetime | None = None,
    lane: str | None = None,
) -> int:
    """Write one row of work for later in the current transaction; answers the row's id.

    While a row of this kind and key waits there is no second one: the request joins it, at the earlier of
    the two times, with the newer payload. Without ``not_before`` the work is due as soon as this
    transaction commits. The facility is the account's unless given; the lane is the kind's unless given.

    Raises ValueError when kind, key or payload could carry health information: they hold whole numbers,
    dotted lower-case codes, UUIDs and SHA-256 hashes; a key is such parts (or ISO dates) joined by colons.
    """
    _check(kind, key, not_before)
    parameters = {
        "kind": kind,
        "key": key,
        "facility": facility_id,
        "account": account_id,
        "payload": json.dumps(_checked_payload(payload or {}), sort_keys=True),
        "lane": _lane(kind, lane),
        "not_before": not_before,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, parameters)
        row_id = int(cursor.fetchone()[0])
    # The request's id is on this line and the row's on the worker's: together they lead from a click to its work.
    log.info("outbox.asked", row=row_id, kind=kind)
    return row_id


def _lane(kind: str, lane: str | None) -> str:
    chosen = lane or _lane_by_kind.get(kind, "interactive")
    if chosen not in LANES:
        raise ValueError(f"No lane {chosen!r}; lanes are {', '.join(LANES)}.")
    return chosen


def _check(kind: str, key: str, not_before: datetime.datetime | None) -> None:
    # The offending value is never repeated: it may be the very thing that must not be written down.
    if len(kind) > _KIND_LENGTH or not _is_word(kind):
        raise ValueError("An outbox kind is a dotted lower-case code.")
    if len(key) > _KEY_LENGTH or not _is_key(key):
        raise ValueError(f"The key of outbox kind {kind} must be ids, codes or dates joined by colons.")
    if not_before is not None and not_before.tzinfo is None:
        raise ValueError(f"The time of outbox kind {kind} must be aware.")


def _checked_payload(payload: Mapping[str, PayloadValue]) -> dict[str, PayloadValue]:
    for name, value in payload.items():
        if not _is_word(name):
            raise ValueError("A payload's names are lower-case codes.")
        if not _allowed(value):
            raise ValueError(f"The outbox payload {name} must be an id, a list of ids or a short code.")
    return dict(payload)


def _allowed(value: object) -> bool:
    if value is None or isinstance(value, int):
        return True
    if isinstance(value, str):
        return _is_code(value) is not None
    return isinstance(value, list) and len(value) <= _LIST_LENGTH and all(isinstance(item, int) for item in value)
