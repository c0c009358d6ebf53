"""The checklist with the reconciliation, and what the gate would do while it only reports."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.errors import NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.policy.selectors import observes, policy_for
from coding_workflow.staff.access import StaffRequest, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.golive import checklist, observing, services
from worklist.golive.comparing import WORDS
from worklist.models import Reconciliation
from worklist.views.answers import go_to

from .reaching import READS, WRITES, facilities, facility_of

#: Pages of the checklist that only administrators open.
_ADMINISTRATORS = ("staff:people", "codesets:tables", "worklist:destinations")
#: So many differences are on the page; all kept ones would make it heavy.
SHOWN = 200


@require_role(*READS)
def golive(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """The checklist of a facility."""
    return _page(request, facility_of(request, pk, READS))


@require_role(*WRITES, write=True)
def compare(request: StaffRequest, pk: int) -> HttpResponse:
    """Compare patient accounting's list with what is unbilled here."""
    facility, file = facility_of(request, pk, WRITES), request.FILES.get("file")
    try:
        services.reconcile(facility=facility, raw=_read(file), by=request.user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, facility, refusal)
    messages.success(request, "Compared.")
    return go_to(request, f"{reverse('worklist:golive_at', args=[facility.pk])}#reconciliation")


@require_role(*WRITES, write=True)
def explain(request: StaffRequest, pk: int) -> HttpResponse:
    """Say why what differs may differ."""
    facility, words = facility_of(request, pk, WRITES), request.POST.get("words", "")
    newest = _newest(facility)
    try:
        if newest is None:
            raise Refused("golive.no_words", "Nothing was compared yet.")
        services.explain(reconciliation=newest, words=words, by=request.user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, facility, refusal, words)
    return go_to(request, f"{reverse('worklist:golive_at', args=[facility.pk])}#reconciliation")


@require_role(*READS)
def observed(request: StaffRequest, pk: int) -> HttpResponse:
    """What the gate would do with every final-coded account."""
    facility = facility_of(request, pk, READS)
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="observed.viewed")
    after = request.GET.get("after", "")
    report = observing.report(facility, int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0)
    context: dict[str, Any] = {
        "facility": facility,
        "report": report,
        "observes": observes(facility),
        "until": policy_for(facility).observe_until,
        "may_end": request.user.has_role(Role.SUPERVISOR, facility.pk),
    }
    return render(request, "worklist/golive/observed.html", context)


@require_role(Role.SUPERVISOR, write=True)
def billed_outside(request: StaffRequest, pk: int) -> HttpResponse:
    """End the ticked accounts, which the process before this one has billed."""
    facility = facility_of(request, pk, (Role.SUPERVISOR,))
    ticked = [int(each) for each in request.POST.getlist("account") if each.isascii() and each.isdigit() and len(each) < 19]
    ended = services.end_billed_outside(facility=facility, account_ids=ticked, by=request.user)
    if ticked:
        messages.success(request, f"{ended} account{'' if ended == 1 else 's'} ended.")
    else:
        messages.error(request, "Tick at least one account first.")
    return go_to(request, reverse("worklist:golive_observed", args=[facility.pk]))


def _read(file: Any) -> bytes:
    if file is None:
        raise Refused("golive.list", "Choose the file with the unbilled accounts.", fix="file")
    return bytes(file.read())


def _items(request: StaffRequest, facility: Facility) -> list[checklist.Item]:
    """The list; where only administrators may go nobody else is sent."""
    found = checklist.items(facility)
    if request.user.has_role(Role.ADMINISTRATOR, facility.pk):
        return found
    closed = {reverse(view) for view in _ADMINISTRATORS}
    return [replace(item, url="") if item.url in closed else item for item in found]


def _newest(facility: Facility) -> Reconciliation | None:
    return Reconciliation.objects.filter(facility=facility).select_related("made_by", "explained_by").order_by("-pk").first()


def _page(request: StaffRequest, facility: Facility, refusal: Refused | None = None, words: str = "") -> HttpResponse:
    found, newest = _items(request, facility), _newest(facility)
    if newest and newest.differing and not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="reconciliation.viewed")
    differences = services.differences_of(newest)[:SHOWN] if newest else []
    context: dict[str, Any] = {
        "facility": facility,
        "others": [each for each in facilities(request, READS) if each.pk != facility.pk],
        "items": found,
        "standing": sum(item.stands for item in found),
        "newest": newest,
        "differences": [(WORDS[each.kind], each) for each in differences],
        "difference": newest.dollars_there - newest.dollars_here if newest else None,
        "may_write": any(request.user.has_role(role, facility.pk) for role in WRITES),
        "may_print": any(request.user.has_role(role, facility.pk) for role in (Role.CODER, Role.SUPERVISOR)),
        "observes": observes(facility),
        "sentence": refusal.sentence if refusal else "",
        "field": refusal.fix if refusal else "",
        "words": words,
    }
    return render(request, "worklist/golive/checklist.html", context, status=refusal.status if refusal else 200)
