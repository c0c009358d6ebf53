"""What the relay runs for the people's pages."""

from coding_workflow.outbox.registry import periodic

from . import counts


@periodic(1)
def refresh_counters() -> None:
    """Queue, hold and DNFB numbers, while something changed."""
    counts.refresh_if_changed()
