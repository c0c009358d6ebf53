"""The status page: whether everything runs, and what waits. It shows nothing of any patient."""

from django.http import HttpResponse
from django.shortcuts import render

from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import status as selectors

READS = (Role.ADMINISTRATOR, Role.SUPERVISOR)


@require_role(*READS)
def status(request: StaffRequest) -> HttpResponse:
    """How the installation stands at this moment."""
    return render(request, "worklist/status.html", {"status": selectors.status(request.user)})
