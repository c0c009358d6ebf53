"""Writing a set of queues: kept as a draft, published as a version with a reason, brought back, thrown away."""

from typing import Final

from django.db import transaction

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Facility, Queue, WorkItem
from accounts.outbox import enqueue
from coding_workflow.staff.models import Role, User
from worklist.models import QueueNeeds, QueueSetDraft, QueueSetVersion, Rerouting

from . import document, limits, matching, sets
from .document import QueueRule, QueueSet

REROUTE: Final = "worklist.reroute"
#: Who writes queues.
WRITES: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR)
_BEFORE: Final = "What was in force before the first change."


def base_of(facility: Facility) -> tuple[QueueSet, int]:
    """The set in force and its number; 0 where none was published."""
    return sets.seen(facility.pk)


@transaction.atomic
def keep_draft(*, facility: Facility, by: User, queues: QueueSet, base: int) -> QueueSetDraft:
    """Keep what a person is changing; it changes nothing yet.

    Raises NotAllowed ``queues.role``, Refused ``queues.fault`` with the first place that is wrong.
    """
    _require(by, facility)
    _refuse_faults(facility, queues)
    given = {"document": document.to_text(queues), "base": base}
    kept, _ = QueueSetDraft.objects.update_or_create(facility=facility, user=by, defaults=given)
    return kept


@transaction.atomic
def throw_draft(*, facility: Facility, by: User) -> None:
    """Forget what the person changed; nothing happens where there is nothing."""
    QueueSetDraft.objects.filter(facility=facility, user=by).delete()


@transaction.atomic
def publish(*, facility: Facility, by: User, reason: str) -> QueueSetVersion:
    """Put the person's draft in force; open work that it wants elsewhere moves in the background.

    Raises NotAllowed ``queues.role``, Refused ``queues.no_reason``, ``queues.fault`` or ``queues.same``, Conflict
    ``queues.moved_on`` when another version was published since the draft began, ``queues.no_draft`` without one.
    """
    _require(by, facility)
    # Two publications at once: the second waits for the facility's row and then finds that the first has moved on.
    Facility.objects.select_for_update(no_key=True).get(pk=facility.pk)
    draft = QueueSetDraft.objects.filter(facility=facility, user=by).first()
    if draft is None:
        raise Conflict("queues.no_draft", "There is no change to publish.")
    _, number = base_of(facility)
    if draft.base != number:
        raise Conflict("queues.moved_on", "Somebody published other queues meanwhile: look at theirs, then preview yours again.")
    version = _write(facility, document.from_text(draft.document), by, reason, None)
    draft.delete()
    return version


@transaction.atomic
def roll_back(*, facility: Facility, to: QueueSetVersion, by: User, reason: str) -> QueueSetVersion:
    """Bring an earlier version back as a new one. Raises what ``publish`` raises."""
    _require(by, facility)
    Facility.objects.select_for_update(no_key=True).get(pk=facility.pk)
    if to.facility_id != facility.pk:
        raise NotAllowed("queues.role", "That version is another facility's.")
    return _write(facility, document.from_text(to.document), by, reason, to.number)


def _require(by: User, facility: Facility) -> None:
    if not any(by.has_role(role, facility.pk) for role in WRITES):
        raise NotAllowed("queues.role", "Only supervisors and administrators of this facility change its queues.")


def _refuse_faults(facility: Facility, queues: QueueSet) -> None:
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


def _write(facility: Facility, queues: QueueSet, by: User, reason: str, back_to: int | None) -> QueueSetVersion:
    """The next version, its rows, and the work of moving what is open. The facility's row is locked."""
    if not reason.strip():
        raise Refused("queues.no_reason", "Say why: it is kept in the history.", fix="reason")
    _refuse_faults(facility, queues)
    before, number = base_of(facility)
    text = document.to_text(queues)
    if text == document.to_text(before):
        raise Refused("queues.same", "This is what is in force already.")
    if number == 0:
        number = 1
        QueueSetVersion.objects.create(
            facility=facility, number=1, document=document.to_text(before), written_by=None, reason=_BEFORE
        )
    version = QueueSetVersion.objects.create(
        facility=facility, number=number + 1, document=text, written_by=by, reason=reason.strip()[:300], back_to=back_to
    )
    _put_in_rows(facility, queues)
    total = WorkItem.objects.filter(facility=facility, closed_at__isnull=True).count()
    rerouting = Rerouting.objects.create(facility=facility, version=version, total=total)
    enqueue(kind=REROUTE, key=str(rerouting.pk), facility_id=facility.pk, payload={"rerouting": rerouting.pk}, lane="bulk")
    return version


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
