"""The one page of this room itself: the file of a claim, to be sent. Boards over claims belong to the worklist."""

from django.http import HttpResponse

from accounts.history import record_access
from coding_workflow.staff.access import StaffRequest, fetch, require_role
from coding_workflow.staff.models import Role

from .models import ClaimFile


@require_role(Role.BILLER, Role.SUPERVISOR, Role.COMPLIANCE)
def claim_file(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand out the X12 text of one claim file, and write down who took it."""
    file = fetch(ClaimFile.objects.select_related("account"), request.user, pk)
    record_access(user_id=request.user.pk, kind="claim.downloaded", account=file.account)
    response = HttpResponse(file.text, content_type="text/plain; charset=us-ascii")
    response["Content-Disposition"] = f'attachment; filename="claims-{file.interchange_number:09d}.txt"'
    return response
