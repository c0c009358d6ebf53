"""Granting and ending roles."""

from typing import Final

from django.db import transaction

from accounts.clock import now
from accounts.errors import Conflict, Refused
from accounts.models import Facility
from coding_workflow.staff.models import Role, RoleGrant, User

from .rights import keep_an_administrator, locked, note, refuse_own, require_administrator_at

#: A person codes, reviews and approves; a system does not.
FOR_PEOPLE: Final = frozenset({Role.CODER, Role.REVIEWER, Role.SUPERVISOR})


@transaction.atomic
def grant_role(*, by: User | None, person: User, facility: Facility, role: str) -> RoleGrant:
    """Give a person a role at a facility, from the next request on; a role held already is answered as it is.

    Raises Refused ``role.unknown``, ``role.for_people`` for a system; NotAllowed for oneself and unless ``by`` administers
    the facility.
    """
    if role not in Role.values:
        raise Refused("role.unknown", "There is no such role.", fix="role")
    if person.is_system and role in FOR_PEOPLE:
        raise Refused("role.for_people", "A person codes, reviews and approves; a system does not.", fix="role")
    refuse_own(by, person)
    require_administrator_at(by, facility)
    locked(person)
    held = RoleGrant.objects.filter(user=person, facility=facility, role=role, ended_at__isnull=True).first()
    if held is not None:
        return held
    grant = RoleGrant.objects.create(user=person, facility=facility, role=role, granted_by=by)
    note(by=by, person=person, kind="role.granted", facility=facility, role=role)
    person.forget_rights()
    return grant


@transaction.atomic
def end_role(*, by: User | None, grant: RoleGrant) -> None:
    """End a role with the next request. Work the person holds stays until its lease ends; disable_person takes it.

    Raises Conflict ``role.ended``; NotAllowed for oneself, for another facility's administrator, and for the last
    administrator of the facility.
    """
    refuse_own(by, grant.user)
    require_administrator_at(by, grant.facility)
    locked(grant.user)
    if grant.role == Role.ADMINISTRATOR and grant.user.is_active:
        keep_an_administrator({grant.facility_id}, grant.user)
    if not RoleGrant.objects.filter(pk=grant.pk, ended_at__isnull=True).update(ended_at=now()):
        raise Conflict("role.ended", "This role has ended already.")
    note(by=by, person=grant.user, kind="role.ended", facility=grant.facility, role=grant.role)
    grant.user.forget_rights()
