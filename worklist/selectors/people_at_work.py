"""Who works at a facility today: what they have open, what they put back and why, and what they were given."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, F, Q

from accounts import clock
from accounts.models import Facility, WorkItem
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import Role, RoleGrant, User
from worklist.assignment import KINDS_BY_ROLE
from worklist.models import Assignment, NextOnly, PutBack
from worklist.queueing.document import QueueSet

#: Assignments shown, newest first.
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Worker:
    """One person: open work, put backs of today, and whether they take what get-next gives."""

    person: User
    roles: tuple[str, ...]
    held: tuple[WorkItem, ...]
    waiting: int
    put_backs: tuple[PutBack, ...]
    next_only: NextOnly | None
    at_limit: bool


def takers(facility: Facility) -> list[User]:
    """People who take work from queues here, by name."""
    return list(
        User.objects.active()
        .filter(role_grants__facility=facility, role_grants__role__in=list(KINDS_BY_ROLE), role_grants__ended_at__isnull=True)
        .distinct()
    )


def workers(facility: Facility, queues: QueueSet, viewer: User) -> list[Worker]:
    """Everybody who takes work, in five queries. Restricted accounts that the viewer has not opened are left out."""
    people = {person.pk: person for person in takers(facility)}
    roles = defaultdict(list)
    grants = facility_roles(facility)
    for user_id, role in grants:
        roles[user_id].append(dict(Role.choices)[role])
    work = visible(WorkItem.objects.filter(facility=facility, closed_at__isnull=True), viewer)
    held = defaultdict(list)
    for item in work.filter(leased_to__isnull=False).select_related("account", "queue").order_by("leased_until"):
        held[item.leased_to_id].append(item)
    waiting = dict(
        WorkItem.objects.filter(facility=facility, closed_at__isnull=True, returned_to__in=people, leased_to__isnull=True)
        .values_list("returned_to")
        .annotate(Count("pk"))
    )
    back = defaultdict(list)
    for row in PutBack.objects.filter(facility=facility, on=clock.today(facility)).select_related("item__account").order_by("pk"):
        back[row.user_id].append(row)
    only = {row.user_id: row for row in NextOnly.objects.filter(facility=facility, ended_at__isnull=True)}
    most = queues.put_backs
    return [
        Worker(
            person,
            tuple(roles[pk]),
            tuple(held[pk]),
            waiting.get(pk, 0),
            tuple(back[pk]),
            only.get(pk),
            most is not None and len(back[pk]) >= most,
        )
        for pk, person in people.items()
    ]


def facility_roles(facility: Facility) -> list[tuple[int, str]]:
    """Person and role of everybody who takes work here."""
    grants = RoleGrant.objects.filter(facility=facility, ended_at__isnull=True, role__in=list(KINDS_BY_ROLE))
    return list(grants.values_list("user_id", "role"))


def assignments(facility: Facility) -> list[Assignment]:
    """The latest, with how many accounts each gave and how many can still be taken back. One query."""
    unopened = Q(items__undone_at__isnull=True, items__item__leased_to__isnull=True, items__item__closed_at__isnull=True)
    return list(
        Assignment.objects.filter(facility=facility)
        .select_related("to", "by")
        .annotate(given=Count("items"), unopened=Count("items", filter=unopened & _same_lease()))
        .order_by("-pk")[:SHOWN]
    )


def _same_lease() -> Q:
    return Q(items__item__lease_token=F("items__token"), items__item__returned_to=F("to"))
