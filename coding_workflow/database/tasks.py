"""What the relay does by the clock for the database: sealing the heads of the chains."""

from pathlib import Path

from django.conf import settings

from accounts import clock, seals
from coding_workflow.outbox.registry import periodic


@periodic(60)
def seal_history() -> None:
    """Append the heads that changed to the seal file. A seal written twice after a crash says the same."""
    seals.seal(Path(settings.AUDIT_SEAL_DIR), at=clock.now())
