"""Writing a set of queues: kept as a draft or thrown away, and put in force as a version that two people made."""

from typing import Final

from django.db import transaction

from accounts.errors import NotAllowed, Refused
from accounts.models import Facility, Queue, WorkItem
from accounts.outbox import enqueue
from coding_workflow.staff.models import Role, User
from worklist.models import QueueNeeds, QueueSetDraft, QueueSetVersion, Rerouting

from . import document, limits, matching, sets
from .document import QueueRule, QueueSet

REROUTE: Final = "worklist.reroute"
#: Who writes queues.
WRITES: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR)
SECOND: Final = "Another supervisor or administrator publishes what you wrote."
_BEFORE: Final = "What was in force before the first change."


def base_of(facility: Facility) -> tuple[QueueSet, int]:
    """The set in force and its number; 0 where none was published."""
    return sets.seen(facility.pk)


@transaction.atomic
def keep_draft(*, facility: Facility, by: User, queues: QueueSet, base: int) -> QueueSetDraft:
    """Keep what a person is changing; it changes nothing yet.

    Raises NotAllowed ``queues.role``, Refused ``queues.fault`` with the first place that is wrong.
    """
    require_writer(by, facility)
    refuse_faults(facility, queues)
    given = {"document": document.to_text(queues), "base": base}
    kept, _ = QueueSetDraft.objects.update_or_create(facility=facility, user=by, defaults=given)
    return kept


@transaction.atomic
def throw_draft(*, facility: Facility, by: User) -> None:
    """Forget what the person changed; nothing happens where there is nothing."""
    QueueSetDraft.objects.filter(facility=facility, user=by).delete()


@transaction.atomic
def publish(
    *, facility: Facility, queues: QueueSet, by: User, second: User, reason: str, back_to: int | None = None
) -> QueueSetVersion:
    """Put a set in force that ``by`` wrote and ``second``, another writer of queues, publishes.

    Open work that it wants elsewhere moves in the background. Raises NotAllowed ``queues.role``, Refused ``queues.second``
    when it is one person, ``queues.no_reason``, ``queues.fault`` or ``queues.same``.
    """
    require_writer(by, facility)
    require_writer(second, facility)
    if by.pk == second.pk:
        raise Refused("queues.second", SECOND)
    lock(facility)
    return _write(facility, queues, by, second, reasoned(reason), back_to)


def lock(facility: Facility) -> None:
    """Let writers of one facility's queues follow each other: the second then finds that the first has moved on."""
    Facility.objects.select_for_update(no_key=True).get(pk=facility.pk)


def is_writer(person: User, facility: Facility) -> bool:
    """Whether the person may write the facility's queues."""
    return any(person.has_role(role, facility.pk) for role in WRITES)


def require_writer(by: User, facility: Facility) -> None:
    """Raise NotAllowed ``queues.role`` unless the person may write the facility's queues."""
    if not is_writer(by, facility):
        raise NotAllowed("queues.role", "Only supervisors and administrators of this facility change its queues.")


def reasoned(reason: str) -> str:
    """The reason as it is kept. Raises Refused ``queues.no_reason``."""
    if not reason.strip():
        raise Refused("queues.no_reason", "Say why: it is kept in the history.", fix="reason")
    return reason.strip()[:300]


def refuse_faults(facility: Facility, queues: QueueSet) -> None:
    """Raise Refused ``queues.fault`` with the first place that is wrong."""
    fault = next(iter(limits.faults(queues)), None)
    if fault is not None:
        raise Refused("queues.fault", fault.message, fix=fault.place)
    kinds = dict(Queue.objects.filter(facility=facility).values_list("code", "kind"))
    for rule in queues.queues:
        if kinds.get(rule.code, rule.kind) != rule.kind:
            raise Refused("queues.fault", f"{rule.name} keeps its kind of work: make another queue.", fix="kind")
    named = {pk for rule in queues.queues for pk in rule.people}
    here = set(
        User.objects.filter(pk__in=named, role_grants__facility=facility, role_grants__ended_at__isnull=True).values_list(
            "pk", flat=True
        )
    )
    if named - here:
        raise Refused("queues.fault", "A queue is kept for somebody who has no role here any more.", fix="people")


def _write(facility: Facility, queues: QueueSet, by: User, second: User, reason: str, back_to: int | None) -> QueueSetVersion:
    """The next version, its rows, and the work of moving what is open. The facility's row is locked."""
    refuse_faults(facility, queues)
    before, number = base_of(facility)
    text = document.to_text(queues)
    refuse_same(before, queues)
    if number == 0:
        number = 1
        QueueSetVersion.objects.create(
            facility=facility, number=1, document=document.to_text(before), written_by=None, reason=_BEFORE
        )
    version = QueueSetVersion.objects.create(
        facility=facility,
        number=number + 1,
        document=text,
        written_by=by,
        published_by=second,
        reason=reason,
        back_to=back_to,
    )
    _put_in_rows(facility, queues)
    total = WorkItem.objects.filter(facility=facility, closed_at__isnull=True).count()
    rerouting = Rerouting.objects.create(facility=facility, version=version, total=total)
    enqueue(kind=REROUTE, key=str(rerouting.pk), facility_id=facility.pk, payload={"rerouting": rerouting.pk}, lane="bulk")
    return version


def refuse_same(before: QueueSet, after: QueueSet) -> None:
    """Raise Refused ``queues.same`` where nothing would change."""
    if document.to_text(before) == document.to_text(after):
        raise Refused("queues.same", "This is what is in force already.")


def _put_in_rows(facility: Facility, queues: QueueSet) -> None:
    """The rows say what is in force; a queue that is left out becomes inactive, it is never deleted."""
    for rule in queues.queues:
        row = sets.row_of(facility.pk, queues, rule)
        fields = ("name", "kind", "patient_classes", "position", "active", "people", "most_held")
        kept, _ = Queue.objects.update_or_create(
            facility=facility, code=rule.code, defaults={name: getattr(row, name) for name in fields}
        )
        _put_needs(kept, rule)
    Queue.objects.filter(facility=facility).exclude(code__in=[rule.code for rule in queues.queues]).update(active=False)


def _put_needs(queue: Queue, rule: QueueRule) -> None:
    """What the claim reads; a queue that never asked for anything has no row."""
    asks = rule.needs
    values = {
        "credentials": list(asks.credentials),
        "coding_types": list(asks.coding_types),
        "supervision": list(asks.levels),
    }
    if asks:
        QueueNeeds.objects.update_or_create(queue=queue, defaults=values)
    else:
        QueueNeeds.objects.filter(queue=queue).update(**values)


def never_reached(queues: QueueSet) -> list[str]:
    """Sentences about queues that can never get anything."""
    return [
        f"{rule.name} never gets anything: {above.name} stands above it and takes all of that kind."
        for rule, above in matching.unreached(queues)
    ]


def running(facility_id: int) -> Rerouting | None:
    """The rerouting that is not finished; the newest one, since it ends those before it."""
    return Rerouting.objects.filter(facility_id=facility_id, finished_at=None).select_related("version").order_by("-pk").first()
