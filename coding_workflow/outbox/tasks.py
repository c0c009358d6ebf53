"""The Celery tasks (a row's work, a sign of life), and what the relay does by the clock."""

from pathlib import Path

import structlog
from celery import Task
from django.conf import settings
from django.db import DatabaseError, connection

from accounts import clock, seals
from accounts.outbox import LANES
from coding_workflow.celery import app

from . import heartbeats, services
from .registry import periodic

log = structlog.get_logger(__name__)


@app.task(name="outbox.work", bind=True, max_retries=3, default_retry_delay=1)
def work(self: Task, row_id: int) -> None:
    """Do the row's work if it is still to be done. Running it twice, late or out of order does no harm."""
    services.perform(row_id=row_id)
    _beat(self)


@app.task(name="outbox.alive", bind=True, max_retries=0)
def alive(self: Task) -> None:
    """Answer the relay's question whether anybody works in this lane."""
    _beat(self)


def _beat(task: Task) -> None:
    lane = (task.request.delivery_info or {}).get("routing_key")
    if lane not in LANES:
        return
    try:
        heartbeats.beat(f"worker.{lane}")
    except DatabaseError as error:  # the work is done; its sign of life comes with the next message
        log.warning("worker.no_sign_of_life", error=type(error).__name__)
        connection.close()


@periodic(heartbeats.EVERY)
def keep_time() -> None:
    """Say that the periodic jobs run."""
    heartbeats.beat(heartbeats.CLOCK)


@periodic(60)
def purge() -> None:
    """Delete a batch of rows finished some days ago."""
    services.purge()


@periodic(60)
def seal_history() -> None:
    """Append the chain heads that changed to the seal file. A seal written twice after a crash says the same."""
    seals.seal(Path(settings.AUDIT_SEAL_DIR), at=clock.now())
