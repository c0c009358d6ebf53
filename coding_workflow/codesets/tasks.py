"""The outbox's work for code tables: reading and loading what an administrator uploaded."""

from accounts.actors import Actor
from accounts.models import OutboxRow
from coding_workflow.outbox.registry import handler

from . import services
from .services.uploads import LOAD, READ


@handler(READ, lane="bulk")
def read_upload(row: OutboxRow) -> None:
    """Read the upload in the payload and say what it would change."""
    services.read_upload(upload_id=int(row.payload["upload"]))


@handler(LOAD, lane="bulk")
def load_upload(row: OutboxRow) -> None:
    """Load the upload in the payload, as the person asked who looked at it."""
    services.load_upload(upload_id=int(row.payload["upload"]), by=Actor.person(int(row.payload["by"])))
