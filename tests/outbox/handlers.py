"""Kinds of work that only tests ask for. Real worker processes load them by OUTBOX_EXTRA_TASKS."""

import os
import signal
import time

from accounts.errors import Conflict
from accounts.models import AccessRecord, OutboxRow
from coding_workflow.outbox.registry import handler


def effects(kind: str = "test.effect") -> dict[str, int]:
    """How many effects each row had, by the row's id as text."""
    counted: dict[str, int] = {}
    for row_id in AccessRecord.objects.filter(kind=kind).values_list("reason", flat=True):
        counted[row_id] = counted.get(row_id, 0) + 1
    return counted


def leave_effect(row: OutboxRow) -> None:
    """One row in the database for each time that this was committed."""
    AccessRecord.objects.create(kind="test.effect", facility_id=row.facility_id, reason=str(row.pk))


@handler("test.effect")
def effect(row: OutboxRow) -> None:
    """Leave an effect, slowly if the payload says so (milliseconds)."""
    leave_effect(row)
    time.sleep(row.payload.get("pause", 0) / 1000)


@handler("test.bulk", lane="bulk")
def bulk_effect(row: OutboxRow) -> None:
    """Leave an effect from the bulk lane."""
    leave_effect(row)


@handler("test.refused")
def refused(row: OutboxRow) -> None:
    """Write, then meet a refusal of the domain."""
    leave_effect(row)
    raise Conflict("test.taken", "Somebody was first.")


@handler("test.defect")
def defect(row: OutboxRow) -> None:
    """Write, then fail with a text that must not be kept."""
    leave_effect(row)
    raise RuntimeError("ZQXCNRY Testcase")


@handler("test.poison")
def poison(row: OutboxRow) -> None:
    """Kill the process that runs it."""
    leave_effect(row)
    os.kill(os.getpid(), signal.SIGKILL)
