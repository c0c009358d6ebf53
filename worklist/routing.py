"""Which queue owns work, and why. Every account with open work has one owner queue; everything else is a view."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import transaction

from accounts.actors import Actor
from accounts.models import Account, Queue, WorkItem

from . import priority
from .queueing import matching, population, sets
from .queueing.document import UNROUTED, QueueSet
from .queueing.population import Waiting
from .queueing.standard import RETURNED

__all__ = ["RETURNED", "UNROUTED", "Routed", "choose", "put_in_place", "route_opened", "route_returned", "subject_of"]

log = structlog.get_logger(__name__)

_LOST: Final = "No queue takes this work."
_FAILED: Final = "Routing failed."


@dataclass(frozen=True, slots=True)
class Routed:
    """The owner queue and the sentence that says why."""

    queue: Queue
    why: str


def choose(*, waiting: Waiting, queues: QueueSet, rows: Sequence[Queue]) -> Routed:
    """The first active queue, in order, that takes this work; *Unrouted* when none does."""
    active = {row.code: row for row in rows if row.active}
    rule = matching.first(queues, waiting.arrival(), active.__contains__)
    if rule is None or rule.code == UNROUTED:
        return Routed(next(row for row in rows if row.code == UNROUTED), _LOST)
    return Routed(active[rule.code], matching.sentence(rule)[:200])


def route_opened(*, item: WorkItem, by: Actor) -> None:
    """Listener of floor 1: give new work its queue and rank in the transaction that opened it.

    A failure never fails the import: the work goes to *Unrouted* and the log names the item.
    """
    try:
        with transaction.atomic():
            _route(item)
    except Exception:
        log.exception("routing_failed", item=item.pk)
        WorkItem.objects.filter(pk=item.pk).update(queue=_unrouted(item), why=_FAILED)


def route_returned(*, item: WorkItem, by: Actor) -> None:
    """Listener of floor 1: work that was handed back goes where the queues in force want it, which may have changed."""
    if item.closed_at is None:
        route_opened(item=item, by=by)


def _route(item: WorkItem) -> None:
    rows = sets.queues_of(item.facility_id)
    waiting = population.these([item.pk])[0]
    put_in_place(waiting, sets.in_force(item.facility_id, rows), rows)
    item.refresh_from_db(fields=["queue", "why", "rank_at", "rank_parts"])


def put_in_place(waiting: Waiting, queues: QueueSet, rows: Sequence[Queue]) -> Queue | None:
    """Write queue, words and rank of one item whose account is locked; answers the queue that it moved to."""
    routed = choose(waiting=waiting, queues=queues, rows=rows)
    placed = priority.rank(waiting.subject(), queues.weights)
    WorkItem.objects.filter(pk=waiting.id).update(
        queue=routed.queue, why=_words(waiting, routed), rank_at=placed.at, rank_parts=placed.as_json()
    )
    return routed.queue if routed.queue.pk != waiting.queue_id else None


def _words(waiting: Waiting, routed: Routed) -> str:
    """Words that came with the work stay; those of an earlier queue do not."""
    ours = waiting.why in {"", _LOST, _FAILED} or (
        waiting.queue_id is not None and waiting.why.startswith(f"{waiting.kind_name}: ")
    )
    return routed.why if ours else waiting.why


def subject_of(account: Account, item: WorkItem) -> priority.Subject:
    """What the rank looks at for one item."""
    return population.these([item.pk])[0].subject()


def _unrouted(item: WorkItem) -> Queue:
    return next(queue for queue in sets.make_standard(item.facility_id) if queue.code == UNROUTED)
