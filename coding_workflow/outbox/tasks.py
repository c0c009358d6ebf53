"""The one Celery task, and the outbox's own housekeeping."""

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
