"""Set-up of the people's view."""

from accounts.models import Facility, Queue

from .queueing import sets


def ensure_queues(facility: Facility) -> list[Queue]:
    """Give a facility its standard queues; queues it has already stay as they are."""
    return sets.make_standard(facility.pk)
