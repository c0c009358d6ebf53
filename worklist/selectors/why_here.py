"""Of one account: why its open work is where it is, and why not elsewhere."""

from dataclasses import dataclass

from accounts.models import Queue, WorkItem
from worklist.queueing import matching, population, sets
from worklist.queueing.document import QueueRule, QueueSet
from worklist.queueing.population import Waiting


@dataclass(frozen=True, slots=True)
class Said:
    """What one queue says to the work; ``owner`` is the first that takes it."""

    name: str
    words: str
    owner: bool


@dataclass(frozen=True, slots=True)
class Where:
    """One open item of an account: the queue it is in, and what every queue says to it."""

    kind: str
    queue: str
    why: str
    moves_to: str
    answers: tuple[Said, ...]
    rank: tuple[str, ...]


def where(account_id: int, facility_id: int) -> list[Where]:
    """Why the account's open work is where it is, and why not elsewhere. Five queries at most."""
    items = list(WorkItem.objects.filter(account_id=account_id, closed_at__isnull=True).select_related("queue").order_by("pk"))
    if not items:
        return []
    queues, _ = sets.seen(facility_id)
    read = {each.id: each for each in population.these([item.pk for item in items])}
    return [_where(item.queue, item.why, item.rank_parts, read[item.pk], queues) for item in items]


def _where(queue: Queue | None, why: str, parts: list[dict[str, object]], waiting: Waiting, queues: QueueSet) -> Where:
    answers = matching.answers(queues, waiting.arrival())
    wanted = next((answer.rule for answer in answers if not answer.against), None)
    elsewhere = wanted is not None and (queue is None or wanted.code != queue.code)
    return Where(
        waiting.kind_name,
        queue.name if queue else "No queue",
        why,
        wanted.name if elsewhere and wanted else "",
        tuple(_said(answer, wanted) for answer in answers),
        tuple(str(part["words"]) for part in parts),
    )


def _said(answer: matching.Answer, wanted: QueueRule | None) -> Said:
    if answer.against or wanted is None:
        return Said(answer.rule.name, answer.against, owner=False)
    owner = answer.rule.code == wanted.code
    return Said(answer.rule.name, "Takes it." if owner else f"It would, but {wanted.name} stands above.", owner)
