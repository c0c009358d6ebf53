"""The queues of a facility in order, what somebody is changing of them, and every version."""

from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import Facility
from coding_workflow.staff.access import StaffRequest, require_role
from worklist.models import QueueSetVersion
from worklist.queueing import proposing, services, sets
from worklist.queueing.document import UNROUTED, QueueSet
from worklist.selectors import queue_sets, queue_takers
from worklist.views.answers import go_to

from .reaching import WRITES, bench_of, chosen, number, reach

#: Versions on the page of history, newest first.
SHOWN: Final = 100


@require_role(*WRITES)
def queues(request: StaffRequest) -> HttpResponse:
    """All queues in order with their sentences and today's numbers; as the person is changing them."""
    return _page(request, chosen(request))


def _page(request: StaffRequest, facility: Facility, sentence: str = "", status: int = 200) -> HttpResponse:
    bench = bench_of(request, facility)
    context = {
        "bench": bench,
        "lines": queue_sets.lines(facility, bench.queues),
        "changes": queue_sets.differences(bench.in_force, bench.queues),
        "never": services.never_reached(bench.queues)
        + queue_takers.by_nobody(bench.queues, queue_takers.takers_of(facility, bench.queues)),
        "facilities": Facility.objects.filter(pk__in=request.user.facility_ids()).order_by("name"),
        "job": services.running(facility.pk),
        "waiting": proposing.waiting(facility.pk),
        "guard_days": round(bench.queues.weights.most_overtaken_hours / 24),
        "unrouted": UNROUTED,
        "sentence": sentence,
    }
    return render(request, "worklist/queueing/list.html", context, status=status)


@require_role(*WRITES, write=True)
def order_queues(request: StaffRequest, pk: int) -> HttpResponse:
    """One queue up, down or out of the set; a change of the draft only."""
    facility = reach(request, pk)
    bench = bench_of(request, facility)
    do, _, code = request.POST.get("do", "").partition(":")
    changed = _moved(bench.queues, do, code)
    try:
        services.keep_draft(facility=facility, by=request.user, queues=changed, base=bench.base)
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return _page(request, facility, refusal.sentence, refusal.status)
    return go_to(request, f"{address_of(facility)}#queue-{code}" if changed.named(code) else address_of(facility))


def _moved(queues: QueueSet, do: str, code: str) -> QueueSet:
    """The set after the button; what does not fit changes nothing. Unrouted stays last."""
    rules = list(queues.queues)
    at = next((place for place, rule in enumerate(rules) if rule.code == code), None)
    if at is None or code == UNROUTED:
        return queues
    if do == "drop":
        del rules[at]
    to = at + {"up": -1, "down": 1}.get(do, 0)
    if do in {"up", "down"} and 0 <= to < len(rules) - 1:
        rules[at], rules[to] = rules[to], rules[at]
    return replace(queues, queues=tuple(rules))


@require_role(*WRITES, write=True)
def throw_queues(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget what the person changed."""
    facility = reach(request, pk)
    services.throw_draft(facility=facility, by=request.user)
    messages.success(request, "Thrown away. The queues are as they were.")
    return go_to(request, address_of(facility))


@require_role(*WRITES)
def queue_history(request: StaffRequest, pk: int) -> HttpResponse:
    """Every version with what it changed of the one before, the one chosen in full, and what was proposed in vain."""
    return show_history(request, reach(request, pk))


def show_history(request: StaffRequest, facility: Facility, sentence: str = "", status: int = 200) -> HttpResponse:
    """The page, with what was refused."""
    found = QueueSetVersion.objects.filter(facility=facility).select_related("written_by", "published_by")
    versions = list(found.order_by("-number")[:SHOWN])
    wanted = number(request, "version")
    shown = next((each for each in versions if each.number == wanted), versions[0] if versions else None)
    context: dict[str, Any] = {
        "facility": facility,
        "steps": _steps(versions),
        "shown": shown,
        "sentence": sentence,
        "waiting": proposing.waiting(facility.pk),
        "unpublished": proposing.not_published(facility.pk)[:SHOWN],
    }
    if shown is not None:
        queues = sets.read(shown)
        context["lines"] = queue_sets.lines(facility, queues) if queues else []
        context["newest"] = versions[0]
        context["reason"] = request.POST.get("reason", "")
    return render(request, "worklist/queueing/history.html", context, status=status)


def _steps(versions: list[QueueSetVersion]) -> list[tuple[QueueSetVersion, list[str]]]:
    """Each version with what it changed; the last one shown may have one before it that is not."""
    read = [sets.read(version) for version in versions]
    changed = [queue_sets.differences(old, new) if old and new else [] for new, old in pairwise(read)]
    return list(zip(versions, [*changed, []], strict=False))


@require_role(*WRITES, write=True)
def roll_back_queues(request: StaffRequest, pk: int) -> HttpResponse:
    """Put an earlier version before a second person, to come back as a new one."""
    facility = reach(request, pk)
    version = QueueSetVersion.objects.filter(facility=facility, number=number(request, "version")).first()
    if version is None:
        raise Http404("There is no such record.")
    try:
        proposing.propose_back(facility=facility, to=version, by=request.user, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return show_history(request, facility, refusal.sentence, refusal.status)
    messages.success(request, f"Version {version.number} comes back when another person publishes it.")
    return go_to(request, reverse("worklist:queue_proposal", args=[facility.pk]))


def address_of(facility: Facility) -> str:
    """The page of a facility's queues."""
    return f"{reverse('worklist:queues')}?at={facility.pk}"
