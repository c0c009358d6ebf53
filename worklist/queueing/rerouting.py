"""Open work is put where a published set wants it: in batches, in the background, never out of anybody's hands."""

import datetime
from typing import Final

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.locking import lock_accounts
from accounts.models import Account, Queue
from accounts.outbox import enqueue
from accounts.services.work import LEASE
from worklist import priority, routing
from worklist.models import QueueSetVersion, Rerouting

from . import document, population, sets
from .document import QueueSet
from .population import Waiting
from .services import REROUTE

#: Items of one transaction: the accounts of those that move are locked until it ends.
BATCH: Final = 200
_SETTLING: Final = datetime.timedelta(minutes=1)
BY: Final = Actor.system("queues")


@transaction.atomic
def run_batch(*, rerouting_id: int) -> None:
    """Look at the next batch, move what belongs elsewhere, and ask for the batch after it. Safe to run twice.

    What somebody has in hand is left; it moves when it is handed back, or in a later look once its lease ran out.
    A newer version ends this one.
    """
    job = Rerouting.objects.select_for_update(of=("self",)).select_related("version").get(pk=rerouting_id)
    if job.finished_at is not None:
        return
    if QueueSetVersion.objects.filter(facility_id=job.facility_id, number__gt=job.version.number).exists():
        job.finished_at = clock.now()
        job.save(update_fields=["finished_at"])
        return
    rows = sets.queues_of(job.facility_id)
    queues = document.from_text(job.version.document)
    found = population.batch(job.facility_id, job.after, BATCH)
    if found:
        _look(job, found, queues, rows)
    elif not job.settled:
        _settle(job)
    else:
        _later_look(job, queues, rows)
    job.save(update_fields=["seen", "moved", "after", "settled", "waiting", "finished_at"])


def _look(job: Rerouting, found: list[Waiting], queues: QueueSet, rows: list[Queue]) -> None:
    job.after = found[-1].id
    job.seen += 0 if job.settled else len(found)
    _move(job, found, queues, rows)
    _again(job)


def _settle(job: Rerouting) -> None:
    """Everything was looked at once. Work that was being opened meanwhile may have asked the queues of before: look again."""
    job.settled, job.after = True, 0
    _again(job, after=_SETTLING)


def _later_look(job: Rerouting, queues: QueueSet, rows: list[Queue]) -> None:
    """What was in somebody's hands: gone, handed back, or still there and looked at again when its lease has run out."""
    left, job.waiting = job.waiting, []
    _move(job, [each for each in population.these(left) if each.open], queues, rows)
    if job.waiting:
        _again(job, after=LEASE)
    else:
        job.finished_at = clock.now()


def _move(job: Rerouting, found: list[Waiting], queues: QueueSet, rows: list[Queue]) -> None:
    wrong = {each.id: each.account_id for each in found if _misplaced(each, queues, rows)}
    accounts = {account.pk: account for account in lock_accounts(wrong.values())}
    # Read again under the locks: somebody may have taken, finished or changed it in between.
    for waiting in population.these(sorted(wrong)):
        if waiting.leased:
            job.waiting = sorted({*job.waiting, waiting.id})
        elif waiting.open:
            job.moved += _put(accounts[waiting.account_id], waiting, queues, rows, job.version.number)


def _misplaced(waiting: Waiting, queues: QueueSet, rows: list[Queue]) -> bool:
    routed = routing.choose(waiting=waiting, queues=queues, rows=rows)
    return routed.queue.pk != waiting.queue_id or priority.rank(waiting.subject(), queues.weights).at != waiting.rank_at


def _put(account: Account, waiting: Waiting, queues: QueueSet, rows: list[Queue], version: int) -> int:
    """One item; 1 when it moved to another queue. Work of another place in the same queue leaves no event."""
    moved_to = routing.put_in_place(waiting, queues, rows)
    if moved_to is None:
        return 0
    payload = {"work": waiting.id, "queue": moved_to.code, "version": version}
    history.record(account=account, kind="work.rerouted", by=BY, payload=payload)
    return 1


def _again(job: Rerouting, *, after: datetime.timedelta | None = None) -> None:
    enqueue(
        kind=REROUTE,
        key=str(job.pk),
        facility_id=job.facility_id,
        payload={"rerouting": job.pk},
        not_before=clock.now() + after if after else None,
        lane="bulk",
    )
