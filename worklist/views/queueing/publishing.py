"""What the changes would do to today's work, putting them before a second person, and what that person does with them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.guidelines.lab.writing import text_hash
from coding_workflow.staff.access import StaffRequest, Unproven, proof_address, require_proof, require_role
from worklist.queueing import document, proposing, services, sets
from worklist.queueing.document import QueueSet
from worklist.selectors import queue_preview, queue_sets, queue_takers
from worklist.views.answers import go_to

from .lists import address_of
from .reaching import WRITES, bench_of, number, reach


@require_role(*WRITES)
def preview_queues(request: StaffRequest, pk: int) -> HttpResponse:
    """The dry run over every open item. It names accounts, so it leaves an access record."""
    return _show(request, reach(request, pk))


def _show(request: StaffRequest, facility: Facility, sentence: str = "", status: int = 200) -> HttpResponse:
    bench = bench_of(request, facility)
    context = {
        "bench": bench,
        "waiting": proposing.waiting(facility.pk),
        "reason": request.POST.get("reason", ""),
        "sentence": sentence,
        "seal": _seal(document.to_text(bench.queues)),
        **_effects(request, facility, bench.in_force, bench.queues),
    }
    return render(request, "worklist/queueing/preview.html", context, status=status)


def _effects(request: StaffRequest, facility: Facility, before: QueueSet, after: QueueSet) -> dict[str, Any]:
    """What one set changes of another, in words and on today's work. It names accounts, so it leaves an access record."""
    history.record_access(user_id=request.user.pk, kind="queues.previewed", facility=facility)
    takers = queue_takers.takers_of(facility, after)
    return {
        "changes": queue_sets.differences(before, after),
        "never": services.never_reached(after) + queue_takers.by_nobody(after, takers),
        "takers": [(rule.name, takers[rule.code]) for rule in after.queues if rule != before.named(rule.code)],
        "run": queue_preview.dry_run(facility, after),
        "guard_days": round(after.weights.most_overtaken_hours / 24),
    }


def _seal(text: str) -> int:
    """Tells the set that was previewed from another that the same person made in a second window."""
    return int(text_hash(text)[:12], 16)


def _preview(facility: Facility) -> str:
    return reverse("worklist:preview_queues", args=[facility.pk])


@require_role(*WRITES, write=True)
def propose_queues(request: StaffRequest, pk: int) -> HttpResponse:
    """Put before a second person exactly what was previewed; 409 where that has changed or somebody published meanwhile."""
    facility = reach(request, pk)
    bench = bench_of(request, facility)
    if request.POST.get("over") and bench.draft is not None:
        services.keep_draft(facility=facility, by=request.user, queues=bench.queues, base=bench.number)
        messages.info(request, "Your changes now start from what is in force. This is what they do.")
        return go_to(request, _preview(facility))
    if number(request, "seal") != _seal(document.to_text(bench.queues)):
        return _show(request, facility, "Your changes are not those that were previewed. This is what they do now.", 409)
    try:
        proposing.propose(facility=facility, by=request.user, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return _show(request, facility, refusal.sentence, refusal.status)
    messages.success(request, "Another supervisor or administrator publishes it. Nothing is in force yet.")
    return go_to(request, reverse("worklist:queue_proposal", args=[facility.pk]))


@require_role(*WRITES)
def queue_proposal(request: StaffRequest, pk: int) -> HttpResponse:
    """What waits for a second person: what it changes and what it would do, with the buttons of who may."""
    return _proposal(request, reach(request, pk))


def _proposal(request: StaffRequest, facility: Facility, typed: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    waiting = proposing.waiting(facility.pk)
    bench = bench_of(request, facility)
    context: dict[str, Any] = {"bench": bench, "facility": facility, "proposal": waiting, "typed": typed or {}}
    if waiting is not None:
        context |= {"is_writer": waiting.written_by_id == request.user.pk, "moved_on": waiting.base != bench.number}
        after = sets.read_text(waiting.document)
        if after is not None:
            context |= _effects(request, facility, bench.in_force, after) | {"lines": queue_sets.lines(facility, after)}
    return render(request, "worklist/queueing/proposal.html", context, status=status)


@require_role(*WRITES, write=True)
def publish_queues(request: StaffRequest, pk: int) -> HttpResponse:
    """Put in force what the person read, having proved who they are."""

    def verb(proposal_id: int) -> str:
        require_proof(request)
        version = proposing.publish_proposal(proposal_id=proposal_id, by=request.user, seen=request.POST.get("seen", ""))
        return f"In force as version {version.number}. Open work moves by itself."

    return _settle(request, pk, verb)


@require_role(*WRITES, write=True)
def return_queues(request: StaffRequest, pk: int) -> HttpResponse:
    """Send it back with words; the writer takes theirs back. Either way it is the writer's draft again."""
    reason = request.POST.get("reason", "")

    def verb(proposal_id: int) -> str:
        if request.POST.get("do") == "withdraw":
            proposing.withdraw_proposal(proposal_id=proposal_id, by=request.user, reason=reason)
            return "Withdrawn. It is among your changes again."
        proposing.return_proposal(proposal_id=proposal_id, by=request.user, reason=reason)
        return "Sent back to who wrote it."

    return _settle(request, pk, verb)


def _settle(request: StaffRequest, pk: int, verb: Callable[[int], str]) -> HttpResponse:
    """Do it to what the person read, and say so; a refusal shows the page with the sentence and what was typed."""
    facility = reach(request, pk)
    waiting = proposing.waiting(facility.pk)
    if waiting is None:
        raise Http404("There is no such record.")
    try:
        if request.POST.get("seen") != waiting.hash:
            raise Conflict("queues.changed", proposing.CHANGED)
        said = verb(waiting.pk)
    except Refused as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        typed = {"sentence": refusal.sentence, "reason": request.POST.get("reason", "")}
        if isinstance(refusal, Unproven):
            typed["prove"] = proof_address(reverse("worklist:queue_proposal", args=[pk]))
        return _proposal(request, facility, typed, refusal.status)
    messages.success(request, said)
    return go_to(request, address_of(facility))
