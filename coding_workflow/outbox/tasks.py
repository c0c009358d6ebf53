"""The one Celery task, and what the relay does by the clock."""

from pathlib import Path

from django.conf import settings

from accounts import clock, seals
from coding_workflow.celery import app

from . import services
from .registry import periodic


@app.task(name="outbox.work", max_retries=3, default_retry_delay=1)
def work(row_id: int) -> None:
    """Do the row's work if it is still to be done. Running it twice, late or out of order does no harm."""
    services.perform(row_id=row_id)


@periodic(60)
def purge() -> None:
    """Delete a batch of rows finished some days ago."""
    services.purge()


@periodic(60)
def seal_history() -> None:
    """Append the chain heads that changed to the seal file. A seal written twice after a crash says the same."""
    seals.seal(Path(settings.AUDIT_SEAL_DIR), at=clock.now())
