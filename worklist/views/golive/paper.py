"""The worklist on paper, for hours without a system."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts import clock, history
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Role
from worklist.golive.downtime import MOST, sheets

from .reaching import facility_of

ROLES = (Role.CODER, Role.SUPERVISOR)


@require_role(*ROLES)
def downtime(request: StaffRequest, pk: int) -> HttpResponse:
    """The next accounts with room for codes; that each was printed is written down."""
    facility = facility_of(request, pk, ROLES)
    found = sheets(facility, request.user)
    history.record_accesses(user_id=request.user.pk, kind="downtime.printed", accounts=[sheet.account for sheet in found])
    context = {"facility": facility, "sheets": found, "today": clock.today(facility), "most": MOST}
    return render(request, "worklist/golive/downtime.html", context)
