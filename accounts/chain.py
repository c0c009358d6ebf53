"""The hash chain of an account's history, as a pure function. The database computes the same (migration 0003).

Text that is hashed: the fields joined by U+001F, time in whole microseconds since 1970 UTC; SHA-256, lower-case hex.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Link:
    """One event as it was stored."""

    sequence: int
    account_id: int
    facility_id: int
    kind: str
    actor_kind: str
    actor: str
    action: str
    at: datetime.datetime
    payload: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the chain does not verify."""

    account_id: int
    sequence: int
    what: str


def canonical(value: Any) -> str:
    """JSON text with sorted keys and no spaces: the same value is always the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def link_hash(link: Link) -> str:
    """The hash that a link must carry."""
    micros = (link.at - _EPOCH) // datetime.timedelta(microseconds=1)
    fields = (
        link.previous_hash,
        str(link.sequence),
        str(link.account_id),
        str(link.facility_id),
        link.kind,
        link.actor_kind,
        link.actor,
        link.action,
        str(micros),
        link.payload,
    )
    return hashlib.sha256(_SEPARATOR.join(fields).encode()).hexdigest()


def verify(links: Iterable[Link], *, account_id: int, sequence: int, head: str) -> list[Flaw]:
    """Flaws of one account's chain, given its links in order and what the account row keeps."""
    flaws: list[Flaw] = []
    previous, expected = "", 1
    for link in links:
        if link.sequence != expected:
            flaws.append(Flaw(account_id, expected, "missing or reordered"))
        if link.previous_hash != previous:
            flaws.append(Flaw(account_id, link.sequence, "does not follow the row before it"))
        if link.hash != link_hash(link):
            flaws.append(Flaw(account_id, link.sequence, "changed"))
        previous, expected = link.hash, link.sequence + 1
    if (expected - 1, previous) != (sequence, head):
        flaws.append(Flaw(account_id, sequence, "the account keeps another end of the chain"))
    return flaws
