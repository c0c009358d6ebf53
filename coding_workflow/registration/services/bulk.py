"""Many messages of the list at once: chosen by reason, counted, tried again or set aside a batch at a time."""

import time
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from accounts import clock
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.outbox import enqueue
from coding_workflow.registration.models import BulkKind, BulkRun, InboundMessage, MessageStatus
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import Role, User

from .inbound import replay_message, set_aside

BULK: Final = "registration.bulk"
#: Administrators mend the mapping, supervisors own the import-error queue.
MENDS: Final = (Role.ADMINISTRATOR, Role.SUPERVISOR)
BATCH: Final = 50
BATCH_SECONDS: Final = 2.0
_FROM: Final = {
    BulkKind.AGAIN: (MessageStatus.FAILED, MessageStatus.PARKED, MessageStatus.ASIDE),
    BulkKind.ASIDE: (MessageStatus.FAILED, MessageStatus.PARKED),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Messages of one tab, of one reason and one feed, each when given."""

    status: str
    code: str = ""
    feed: str = ""


def chosen(choice: Choice, user: User) -> "QuerySet[InboundMessage]":
    """The messages of a choice that the person may see."""
    found = InboundMessage.objects.filter(status=choice.status)
    if choice.code:
        found = found.filter(code=choice.code)
    if choice.feed:
        found = found.filter(feed=choice.feed)
    return visible(found, user)


@transaction.atomic
def start_bulk(*, kind: str, choice: Choice, until: int, by: User, reason: str = "") -> BulkRun:
    """Do one thing with every message of a choice up to the one that was the newest when the person counted.

    Refused ``bulk.kind``, ``bulk.nothing`` and, for setting aside, ``registration.no_reason``.
    """
    if kind not in BulkKind.values or choice.status not in _FROM[BulkKind(kind)]:
        raise Refused("bulk.kind", "This cannot be done with these messages.")
    words = reason.strip()
    if kind == BulkKind.ASIDE and not words:
        raise Refused("registration.no_reason", "Say why nothing of these messages is needed.", fix="reason")
    total = chosen(choice, by).filter(pk__lte=until).count()
    if not total:
        raise Refused("bulk.nothing", "No message is left of this choice.")
    run = BulkRun.objects.create(
        kind=kind,
        status=choice.status,
        code=choice.code[:60],
        feed=choice.feed[:40],
        reason=words[:300],
        facility_ids=sorted(by.facility_ids()),
        until=until,
        total=total,
        by=by,
    )
    _ask(run)
    return run


@transaction.atomic
def run_bulk(*, run_id: int) -> None:
    """The next batch; the outbox calls this. Who lost the role meanwhile does nothing more. Safe to run twice."""
    run = BulkRun.objects.select_for_update(of=("self",)).select_related("by").get(pk=run_id)
    if run.finished_at is not None:
        return
    rows = _left(run)
    if rows:
        _work(run, rows)
        _ask(run)
    else:
        run.finished_at = clock.now()
    run.save(update_fields=["after", "seen", "outcomes", "finished_at"])


@transaction.atomic
def stop_bulk(*, run_id: int) -> BulkRun:
    """Leave the rest. Conflict ``bulk.over`` when there is none."""
    run = BulkRun.objects.select_for_update().get(pk=run_id)
    if run.finished_at is not None:
        raise Conflict("bulk.over", "This is done already.")
    run.finished_at, run.stopped = clock.now(), True
    run.save(update_fields=["finished_at", "stopped"])
    return run


def _left(run: BulkRun) -> list[int]:
    run.by.act_as(MENDS)
    if not run.by.is_active or not run.by.facility_ids() & set(run.facility_ids):
        return []
    found = chosen(Choice(run.status, run.code, run.feed), run.by).filter(pk__gt=run.after, pk__lte=run.until)
    return list(found.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _work(run: BulkRun, rows: list[int]) -> None:
    end = time.monotonic() + BATCH_SECONDS
    for pk in rows:
        became = _do(run, pk)
        run.outcomes[became] = run.outcomes.get(became, 0) + 1
        run.after, run.seen = pk, run.seen + 1
        if time.monotonic() > end:
            return


def _do(run: BulkRun, pk: int) -> str:
    """What became of one message; somebody may have dealt with it meanwhile."""
    by = Actor.person(run.by_id)
    try:
        with transaction.atomic():
            if run.kind == BulkKind.ASIDE:
                return set_aside(pk, reason=run.reason, by=by).status
            return replay_message(pk, by=by).status
    except Refused:
        return "skipped"


def _ask(run: BulkRun) -> None:
    enqueue(kind=BULK, key=str(run.pk), payload={"run": run.pk}, lane="bulk")
