"""Of one account: why its open work is where it is, and why not elsewhere."""

from dataclasses import dataclass

from accounts.models import Queue, WorkItem
from coding_workflow.staff.models import User
from worklist.assignment import KINDS_BY_ROLE
from worklist.queueing import matching, needed, needs, population, sets
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
    for_you: str


def where(account_id: int, facility_id: int, user: User) -> list[Where]:
    """Why the account's open work is where it is, why not elsewhere, and what its queue asks of this person.

    Five queries at most, and two for each open item.
    """
    open_items = WorkItem.objects.filter(account_id=account_id, closed_at__isnull=True)
    items = list(open_items.select_related("queue__facility").order_by("pk"))
    if not items:
        return []
    queues, _ = sets.seen(facility_id)
    read = {each.id: each for each in population.these([item.pk for item in items])}
    return [_where(item, read[item.pk], queues, user) for item in items]


def _where(item: WorkItem, waiting: Waiting, queues: QueueSet, user: User) -> Where:
    queue = item.queue
    answers = matching.answers(queues, waiting.arrival())
    wanted = next((answer.rule for answer in answers if not answer.against), None)
    elsewhere = wanted is not None and (queue is None or wanted.code != queue.code)
    return Where(
        waiting.kind_name,
        queue.name if queue else "No queue",
        item.why,
        wanted.name if elsewhere and wanted else "",
        tuple(_said(answer, wanted) for answer in answers),
        tuple(str(part["words"]) for part in item.rank_parts),
        _for_you(item, queue, user) if queue else "",
    )


def _for_you(item: WorkItem, queue: Queue, user: User) -> str:
    """What the queue asks of whom it gives its work, for somebody whose role takes work of that kind."""
    if not any(user.has_role(role, item.facility_id) for role, kinds in KINDS_BY_ROLE.items() if item.kind in kinds):
        return ""
    if queue.people and user.pk not in queue.people:
        return f"{queue.name} is kept for other people: Get next does not give it to you."
    asked = needed.needs_of(queue)
    if not asked:
        return ""
    lacking = needed.lacking(queue, user)
    return lacking or f"{queue.name} is given to people with {needs.words(asked)}, as you are."


def _said(answer: matching.Answer, wanted: QueueRule | None) -> Said:
    if answer.against or wanted is None:
        return Said(answer.rule.name, answer.against, owner=False)
    owner = answer.rule.code == wanted.code
    return Said(answer.rule.name, "Takes it." if owner else f"It would, but {wanted.name} stands above.", owner)
