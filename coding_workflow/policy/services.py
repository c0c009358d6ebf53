"""Publishing a policy takes two people."""

import datetime

from django.db import transaction

from accounts import listeners
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.staff.models import Role, User

from . import reading
from .models import PolicyVersion
from .rules import FacilityPolicy


@transaction.atomic
def publish_policy(
    *, facility: Facility, policy: FacilityPolicy, by: User, second: User, effective_from: datetime.date
) -> PolicyVersion:
    """Publish the next version: ``by`` wrote it, ``second`` publishes it; both administer the facility.

    Raises NotAllowed ``policy.role``, Refused ``policy.second`` when it is one person, ``policy.fault`` with the
    first place that is wrong.
    """
    for person in (by, second):
        if not person.has_role(Role.ADMINISTRATOR, facility.pk):
            raise NotAllowed("policy.role", "Only administrators of this facility write and publish its policy.")
    if by.pk == second.pk:
        raise Refused("policy.second", "Another administrator publishes what you wrote.")
    _refuse_faults(policy)
    # Two publications at once would take the same number; the second waits for the facility's row. Whoever writes on
    # accounts meanwhile does not: marking them may take a moment.
    Facility.objects.select_for_update(no_key=True).get(pk=facility.pk)
    last = PolicyVersion.objects.filter(facility=facility).order_by("-number").first()
    version = PolicyVersion.objects.create(
        facility=facility,
        number=last.number + 1 if last else 1,
        document=policy.to_json(),
        hash=policy.hash,
        effective_from=effective_from,
        written_by=by,
        published_by=second,
    )
    listeners.tell("policy_published", version=version, by=Actor.person(second.pk))
    return version


def _refuse_faults(policy: FacilityPolicy) -> None:
    fault = next(iter(reading.check(policy)), None)
    if fault is not None:
        raise Refused("policy.fault", str(fault))
