"""Which facility a page of going live is about."""

from typing import Final

from django.http import Http404

from accounts.models import Facility
from coding_workflow.staff.access import StaffRequest
from coding_workflow.staff.models import Role

READS: Final = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.COMPLIANCE)
WRITES: Final = (Role.ADMINISTRATOR, Role.SUPERVISOR)


def facilities(request: StaffRequest, roles: tuple[Role, ...]) -> list[Facility]:
    """The facilities where the person has one of the roles, by code."""
    rows = Facility.objects.order_by("code")
    return [each for each in rows if any(request.user.has_role(role, each.pk) for role in roles)]


def facility_of(request: StaffRequest, pk: int | None, roles: tuple[Role, ...]) -> Facility:
    """The one that was asked for, or the first; 404 for others as for unknown ones."""
    found = [each for each in facilities(request, roles) if pk in (None, each.pk)]
    if not found:
        raise Http404
    return found[0]
