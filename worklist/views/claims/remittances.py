"""Remittances: posting an 835, and reading one."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.actors import Actor
from accounts.errors import Refused
from coding_workflow.payment import selectors as payment
from coding_workflow.payment import services
from coding_workflow.payment.models import RemittanceStatus
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import claims as lists
from worklist.selectors import remittances as selectors
from worklist.views.answers import go_to

from .lists import READS, key_after, list_page
from .typed import refused

#: Bytes of one remittance file; larger ones come through the feed.
MOST_BYTES = 5_000_000


@require_role(Role.BILLER, write=True)
def post_remittance(request: StaffRequest) -> HttpResponse:
    """Post one 835 file that a biller chose. What was refused is named with the file, and where in it."""
    file = request.FILES.get("file")
    name = (file.name or "") if file else ""
    try:
        posted = services.post_remittance(raw=_read(file), by=Actor.person(request.user.pk))
    except Refused as refusal:
        typed = refused(refusal, {})
        if request.htmx:
            return render(request, "worklist/claims/_upload_said.html", {"typed": typed, "file": name}, status=typed.status)
        return list_page(request, lists.REMITTANCES, typed, name)
    if posted.status == RemittanceStatus.QUARANTINED:
        messages.error(request, f"{name} is set aside, nothing is posted.")
        return go_to(request, reverse("worklist:remittance", args=[posted.pk]))
    messages.success(request, f"Posted: ${posted.total:,.2f}.")
    return go_to(request, f"{reverse('worklist:claims')}?show={lists.REMITTANCES}")


@require_role(*READS)
def remittance(request: StaffRequest, pk: int) -> HttpResponse:
    """One remittance: its payments and what they say about each claim, or why it is set aside."""
    one = fetch(payment.remittances(), request.user, pk)
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="remittance.viewed")
    sheet = selectors.sheet(request.user, one, key_after(request))
    context = {
        "remittance": one,
        "reasons": selectors.reasons(one),
        "sheet": sheet,
        "next_url": f"{request.path}?after={sheet.next_after}" if sheet.next_after else "",
    }
    return render(request, "worklist/claims/remittance.html", context)


def _read(file: UploadedFile | None) -> bytes:
    if file is None:
        raise Refused("remittance.file", "Choose the 835 file to post.")
    if (file.size or 0) > MOST_BYTES:
        raise Refused("remittance.file", "It is larger than 5 MB; larger files come through the feed.")
    return file.read()
