"""Many messages at once: chosen by reason, counted first, done in the background."""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_htmx.http import reswap, retarget

from accounts.errors import NotAllowed, Refused
from accounts.models import OutboxRow, OutboxState
from coding_workflow.registration.models import BulkKind, BulkRun, MessageStatus
from coding_workflow.registration.selectors import newest_runs
from coding_workflow.registration.services import bulk as services
from coding_workflow.registration.services.bulk import MENDS, Choice
from coding_workflow.staff.access import StaffRequest, fetch, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import imports as selectors


@require_role(*MENDS)
def many(request: StaffRequest) -> HttpResponse:
    """The reasons of a tab with their counts; of one reason, how many there are and what can be done with them."""
    asked = request.POST if request.method == "POST" else request.GET
    tab = asked.get("show", "")
    tab = tab if tab in dict(selectors.TABS) else selectors.FIRST
    choice = Choice(tab, asked.get("code", "")[:60], asked.get("feed", "")[:40])
    if request.method != "POST":
        return _choose(request, choice)
    until = asked.get("until", "")
    try:
        run = services.start_bulk(
            kind=asked.get("do", ""),
            choice=choice,
            until=int(until) if until.isascii() and until.isdigit() and len(until) < 19 else 0,
            by=request.user,
            reason=asked.get("reason", ""),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _choose(request, choice, refusal)
    return HttpResponseRedirect(reverse("worklist:bulk_run", args=[run.pk]))


def _choose(request: StaffRequest, choice: Choice, refusal: Refused | None = None) -> HttpResponse:
    found = services.chosen(choice, request.user)
    context: dict[str, Any] = {
        "choice": choice,
        "tabs": selectors.tabs(request.user, choice.status),
        "tab_name": dict(selectors.TABS)[choice.status],
        "reasons": selectors.reasons(request.user, choice.status),
        "counted": found.count() if choice.code else 0,
        "until": found.aggregate(newest=Max("pk"))["newest"] or 0,
        "may_set_aside": choice.status != MessageStatus.ASIDE,
        "runs": newest_runs(request.user),
        "refusal": refusal.sentence if refusal else "",
        "for_reason": refusal is not None and refusal.fix == "reason",
    }
    return render(request, "worklist/imports/many.html", context, status=refusal.status if refusal else 200)


@require_GET
@require_role(*MENDS, Role.COMPLIANCE)
def run(request: StaffRequest, pk: int) -> HttpResponse:
    """How far it is; for htmx only that, and at last the whole."""
    found = fetch(BulkRun.objects.select_related("by"), request.user, pk)
    context = {
        "run": found,
        "again": found.kind == BulkKind.AGAIN,
        "tab_name": dict(selectors.TABS).get(found.status, ""),
        "stuck": found.finished_at is None and not _at_work(found),
        "may_mend": any(request.user.has_role(role) for role in MENDS),
    }
    if not request.htmx:
        return render(request, "worklist/imports/run.html", context)
    if found.finished_at is None and not context["stuck"]:
        return render(request, "worklist/imports/_run_so_far.html", context)
    return reswap(retarget(render(request, "worklist/imports/_run.html", context), "#run"), "outerHTML")


@require_role(*MENDS, write=True)
def stop(request: StaffRequest, pk: int) -> HttpResponse:
    """Leave the rest."""
    found = fetch(BulkRun.objects.all(), request.user, pk)
    try:
        services.stop_bulk(run_id=found.pk)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return HttpResponseRedirect(reverse("worklist:bulk_run", args=[found.pk]))


def _at_work(found: BulkRun) -> bool:
    open_states = (OutboxState.WAITING, OutboxState.LEASED)
    return OutboxRow.objects.filter(kind=services.BULK, key=str(found.pk), state__in=open_states).exists()
