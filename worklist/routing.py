"""Which queue owns new work, and why. Every account with open work has one owner queue; everything else is a view."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from accounts.actors import Actor
from accounts.models import Account, Queue, WorkItem, WorkKind

from . import priority

log = structlog.get_logger(__name__)

UNROUTED: Final = "unrouted"
RETURNED: Final = "returned"


@dataclass(frozen=True, slots=True)
class StandardQueue:
    """One queue that every facility starts with; no classes means it takes every class."""

    code: str
    name: str
    kind: str
    classes: tuple[str, ...] = ()


#: In the order of the rail; the first that takes the work owns it.
STANDARD: Final[tuple[StandardQueue, ...]] = (
    StandardQueue(RETURNED, "Returned", WorkKind.CODING),
    StandardQueue("code-inpatient", "Inpatient to code", WorkKind.CODING, ("inpatient", "newborn")),
    StandardQueue("code-observation", "Observation to code", WorkKind.CODING, ("observation",)),
    StandardQueue("code-surgery", "Surgery to code", WorkKind.CODING, ("outpatient_surgery",)),
    StandardQueue("code-emergency", "Emergency to code", WorkKind.CODING, ("emergency",)),
    StandardQueue("code-recurring", "Recurring to code", WorkKind.CODING, ("recurring",)),
    StandardQueue("code-clinic", "Clinic to code", WorkKind.CODING, ("clinic", "ancillary")),
    StandardQueue("review", "Second-level review", WorkKind.REVIEW),
    StandardQueue("query", "Query outstanding", WorkKind.QUERY),
    StandardQueue("release", "Releasable", WorkKind.RELEASE),
    StandardQueue("denials", "Denials", WorkKind.DENIAL),
    StandardQueue("discrepancies", "Discrepancies", WorkKind.DISCREPANCY),
    StandardQueue("import-errors", "Import errors", WorkKind.IMPORT_ERROR),
    StandardQueue(UNROUTED, "Unrouted", WorkKind.CODING),
)


@dataclass(frozen=True, slots=True)
class Routed:
    """The owner queue and the sentence that says why."""

    queue: Queue
    why: str


def choose(*, kind: str, patient_class: str, class_name: str, returned: bool, queues: Iterable[Queue]) -> Routed:
    """The first queue, in order of position, that takes this work; *Unrouted* when none does."""
    active = [queue for queue in queues if queue.active]
    if returned and kind == WorkKind.CODING:
        back = next((queue for queue in active if queue.code == RETURNED), None)
        if back is not None:
            return Routed(back, "Came back to the coder who had it.")
    for queue in active:
        if (
            queue.kind == kind
            and queue.code != RETURNED
            and (not queue.patient_classes or patient_class in queue.patient_classes)
        ):
            return Routed(queue, f"{WorkKind(kind).label}, {class_name.lower()}.")
    lost = next(queue for queue in queues if queue.code == UNROUTED)
    return Routed(lost, "No queue takes this work.")


def route_opened(*, item: WorkItem, by: Actor) -> None:
    """Listener of floor 1: give new work its queue and rank in the transaction that opened it.

    A failure never fails the import: the work goes to *Unrouted* and the log names the item.
    """
    try:
        with transaction.atomic():
            _route(item)
    except Exception:
        log.exception("routing_failed", item=item.pk)
        WorkItem.objects.filter(pk=item.pk).update(queue=_unrouted(item), why="Routing failed.")


def route_returned(*, item: WorkItem, by: Actor) -> None:
    """Listener of floor 1: work that was handed back keeps its queue; work without one is routed."""
    if item.queue_id is None and item.closed_at is None:
        route_opened(item=item, by=by)


def _route(item: WorkItem) -> None:
    account = item.account
    routed = choose(
        kind=item.kind,
        patient_class=account.patient_class,
        class_name=account.get_patient_class_display(),
        returned=item.returned_to_id is not None,
        queues=queues_of(account.facility_id),
    )
    placed = priority.rank(subject_of(account, item))
    item.queue, item.why = routed.queue, item.why or routed.why
    item.rank_at, item.rank_parts = placed.at, placed.as_json()
    item.save(update_fields=["queue", "why", "rank_at", "rank_parts"])


def subject_of(account: Account, item: WorkItem) -> priority.Subject:
    """What the rank looks at for one item."""
    coverage = account.primary_coverage()
    return priority.Subject(
        start=_start(account, item),
        patient_class=account.patient_class,
        class_name=account.get_patient_class_display(),
        charges=account.total_charges,
        payer_kind=coverage.payer.kind if coverage else "",
        payer_name=coverage.payer.name if coverage else "",
        returned=item.returned_to_id is not None,
    )


def _start(account: Account, item: WorkItem) -> datetime.datetime:
    if account.discharge_date is None:
        return item.opened_at
    zone = ZoneInfo(account.facility.time_zone)
    return datetime.datetime.combine(account.discharge_date, datetime.time(), tzinfo=zone)


def queues_of(facility_id: int) -> list[Queue]:
    """The facility's queues in order; the standard set is made when there are none."""
    found = list(Queue.objects.filter(facility_id=facility_id).order_by("position", "pk"))
    return found or make_standard(facility_id)


def make_standard(facility_id: int) -> list[Queue]:
    """Add the standard queues that a facility lacks; answers all of its queues in order. Safe to call again."""
    rows = [
        Queue(
            facility_id=facility_id,
            code=each.code,
            name=each.name,
            kind=each.kind,
            patient_classes=list(each.classes),
            position=10 * number,
        )
        for number, each in enumerate(STANDARD, start=1)
    ]
    Queue.objects.bulk_create(rows, ignore_conflicts=True)
    return list(Queue.objects.filter(facility_id=facility_id).order_by("position", "pk"))


def _unrouted(item: WorkItem) -> Queue:
    return next(queue for queue in make_standard(item.facility_id) if queue.code == UNROUTED)
