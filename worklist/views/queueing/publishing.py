"""What the changes would do to today's work, and putting them in force with a reason."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.errors import Refused
from accounts.models import Facility
from coding_workflow.guidelines.lab.writing import text_hash
from coding_workflow.staff.access import StaffRequest, require_role
from worklist.queueing import document, services
from worklist.selectors import queue_preview, queue_sets, queue_takers
from worklist.views.answers import go_to

from .lists import address_of
from .reaching import WRITES, bench_of, number, reach


@require_role(*WRITES)
def preview_queues(request: StaffRequest, pk: int) -> HttpResponse:
    """The dry run over every open item. It names accounts, so it leaves an access record."""
    return _show(request, reach(request, pk))


def _show(request: StaffRequest, facility: Facility, sentence: str = "", status: int = 200) -> HttpResponse:
    history.record_access(user_id=request.user.pk, kind="queues.previewed", facility=facility)
    bench = bench_of(request, facility)
    takers = queue_takers.takers_of(facility, bench.queues)
    context = {
        "bench": bench,
        "changes": queue_sets.differences(bench.in_force, bench.queues),
        "never": services.never_reached(bench.queues) + queue_takers.by_nobody(bench.queues, takers),
        "takers": [(rule.name, takers[rule.code]) for rule in bench.queues.queues if rule != bench.in_force.named(rule.code)],
        "run": queue_preview.dry_run(facility, bench.queues),
        "guard_days": round(bench.queues.weights.most_overtaken_hours / 24),
        "reason": request.POST.get("reason", ""),
        "sentence": sentence,
        "seal": _seal(document.to_text(bench.queues)),
    }
    return render(request, "worklist/queueing/preview.html", context, status=status)


def _seal(text: str) -> int:
    """Tells the set that was previewed from another that the same person made in a second window."""
    return int(text_hash(text)[:12], 16)


def _preview(facility: Facility) -> str:
    return reverse("worklist:preview_queues", args=[facility.pk])


@require_role(*WRITES, write=True)
def publish_queues(request: StaffRequest, pk: int) -> HttpResponse:
    """Put in force exactly what was previewed; 409 where that has changed or somebody else published meanwhile."""
    facility = reach(request, pk)
    bench = bench_of(request, facility)
    if request.POST.get("over") and bench.draft is not None:
        services.keep_draft(facility=facility, by=request.user, queues=bench.queues, base=bench.number)
        messages.info(request, "Your changes now start from what is in force. This is what they do.")
        return go_to(request, _preview(facility))
    if number(request, "seal") != _seal(document.to_text(bench.queues)):
        return _show(request, facility, "Your changes are not those that were previewed. This is what they do now.", 409)
    try:
        version = services.publish(facility=facility, by=request.user, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return _show(request, facility, refusal.sentence, refusal.status)
    messages.success(request, f"In force as version {version.number}. Open work moves by itself.")
    return go_to(request, address_of(facility))
