"""The set of queues in force at a facility, and its rows."""

from collections.abc import Iterable

from accounts.models import Queue
from coding_workflow.guidelines.lab.reading import DefinitionError
from worklist.models import QueueSetVersion

from . import document, standard
from .document import UNROUTED, QueueRule, QueueSet


def newest(facility_id: int) -> QueueSetVersion | None:
    """The published version in force; None where nobody has changed anything."""
    return QueueSetVersion.objects.filter(facility_id=facility_id).order_by("-number").first()


def in_force(facility_id: int, rows: Iterable[Queue]) -> QueueSet:
    """The set in force; read from the rows where none was published. Raises ``DefinitionError`` for unreadable text."""
    version = newest(facility_id)
    return document.from_text(version.document) if version else of_rows(rows)


def seen(facility_id: int) -> tuple[QueueSet, int]:
    """The set in force and its number, 0 where none was published; makes nothing, also where there is no queue yet.

    Where the text cannot be read the rows speak for it, so that an earlier version can still be brought back.
    """
    version = newest(facility_id)
    queues = read(version)
    if queues is not None and version is not None:
        return queues, version.number
    rows = list(Queue.objects.filter(facility_id=facility_id))
    return (of_rows(rows) if rows else standard.STANDARD), version.number if version else 0


def read(version: QueueSetVersion | None) -> QueueSet | None:
    """What a version says; None without one, and where this release of the application cannot read it."""
    return read_text(version.document) if version else None


def read_text(text: str) -> QueueSet | None:
    """What a text says; None where this release of the application cannot read it."""
    try:
        return document.from_text(text)
    except DefinitionError:
        return None


def of_rows(rows: Iterable[Queue]) -> QueueSet:
    """The set that the rows alone say; Unrouted is last whatever its position."""
    ordered = sorted((row for row in rows if row.active), key=lambda row: (row.code == UNROUTED, row.position, row.pk))
    return QueueSet(tuple(_rule(row) for row in ordered))


def _rule(row: Queue) -> QueueRule:
    return QueueRule(
        code=row.code,
        name=row.name,
        kind=row.kind,
        when=standard.of_classes(tuple(row.patient_classes)),
        returned="only" if row.code == standard.RETURNED else "any",
        people=tuple(sorted(row.people)),
        most_held=row.most_held,
    )


def queues_of(facility_id: int) -> list[Queue]:
    """The facility's rows in order; the standard set is made when there are none."""
    found = list(Queue.objects.filter(facility_id=facility_id).order_by("position", "pk"))
    return found or make_standard(facility_id)


def make_standard(facility_id: int) -> list[Queue]:
    """Add the standard queues that a facility lacks; answers all of its queues in order. Safe to call again."""
    rows = [row_of(facility_id, standard.STANDARD, rule) for rule in standard.STANDARD.queues]
    Queue.objects.bulk_create(rows, ignore_conflicts=True)
    return list(Queue.objects.filter(facility_id=facility_id).order_by("position", "pk"))


def row_of(facility_id: int, queues: QueueSet, rule: QueueRule) -> Queue:
    """A queue as its row."""
    return Queue(
        facility_id=facility_id,
        code=rule.code,
        name=rule.name,
        kind=rule.kind,
        patient_classes=standard.classes_of(rule),
        position=10 * (queues.queues.index(rule) + 1),
        active=True,
        people=list(rule.people),
        most_held=queues.limit_of(rule),
    )
