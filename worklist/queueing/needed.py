"""What a queue in force asks of one person, against what they have today."""

import datetime

from accounts import clock
from accounts.models import Queue
from coding_workflow.staff.models import User
from coding_workflow.staff.selectors import competences_in_force

from . import needs
from .models import QueueNeeds
from .needs import CLOSENESS, Held, Needs


def needs_of(queue: Queue) -> Needs:
    """What the claim asks for work of this queue. One query."""
    row = QueueNeeds.objects.filter(queue=queue).first()
    if row is None:
        return Needs()
    level = next((word for word, (_, _, levels) in CLOSENESS.items() if levels == frozenset(row.supervision)), "")
    return needs.made(row.credentials, row.coding_types, level)


def held_by(user: User, facility_id: int, today: datetime.date) -> list[Held]:
    """The person's competences in force on a day at a facility. One query."""
    rows = competences_in_force(facility_id, today).filter(user=user)
    return [Held(*values) for values in rows.values_list("coding_type", "credential", "supervision")]


def lacking(queue: Queue, user: User) -> str:
    """The sentence that says why the person is not given this queue's work; empty where they have what it asks for."""
    asked = needs_of(queue)
    if not asked or needs.met(asked, held_by(user, queue.facility_id, clock.today(queue.facility))):
        return ""
    return f"{queue.name} is given to people with {needs.words(asked)}; your record here does not have that."
