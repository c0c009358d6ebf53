"""What a queue in force asks of one person, against what they have today."""

import datetime

from django.db.models import Q

from accounts import clock
from accounts.models import Queue
from coding_workflow.staff.models import Competence, User

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
    rows = Competence.objects.filter(user=user, facility_id=facility_id, valid_from__lte=today)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=today), trained_on__lte=today, oriented_on__lte=today)
    return [Held(*values) for values in rows.values_list("coding_type", "credential", "supervision")]


def lacking(queue: Queue, user: User) -> str:
    """The sentence that says why the person is not given this queue's work; empty where they have what it asks for."""
    asked = needs_of(queue)
    if not asked or needs.met(asked, held_by(user, queue.facility_id, clock.today(queue.facility))):
        return ""
    return f"{queue.name} is given to people with {needs.words(asked)}; your record here does not have that."
