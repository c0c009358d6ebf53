"""Files of FHIR: an account's record and one claim, each written down as taken out."""

from typing import Final

from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.history import record_access
from coding_workflow.payment.models import Claim
from coding_workflow.payment.record import claim_alone, record_of
from coding_workflow.registration.fhir.writing.parts import line
from coding_workflow.staff.access import StaffRequest, fetch, open_account, recently_proven, require_role
from worklist.views.claims.lists import READS
from worklist.views.history import TAKES_DEFENCE

_TYPE: Final = "application/fhir+json"


@require_GET
@require_role(*TAKES_DEFENCE)
@recently_proven
def record(request: StaffRequest, pk: int) -> StreamingHttpResponse:
    """The account's record as a Bundle, for whoever proved just now who they are. More than 10,000 entries: 422."""
    account = open_account(request, pk, kind="record.taken")
    answer = StreamingHttpResponse(record_of(account.pk).whole(), content_type=_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="record-{account.pk}.json"'
    return answer


@require_GET
@require_role(*READS)
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    """One claim as a Claim resource."""
    rows = Claim.objects.select_related("account__facility", "account__patient", "account__unit", "release__verdict", "replaces")
    found = fetch(rows, request.user, pk)
    record_access(user_id=request.user.pk, kind="claim.downloaded", account=found.account)
    answer = HttpResponse(line(claim_alone(found)), content_type=_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="claim-{found.pk}.json"'
    return answer
