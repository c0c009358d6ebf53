"""What changes would do, putting them before a second person, and what that person does with them."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import clock, history
from accounts.errors import NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.policy import reading, selectors, services
from coding_workflow.policy.changes import changes
from coding_workflow.policy.text import sections
from coding_workflow.staff.access import StaffRequest, Unproven, proof_address, require_proof, require_role
from worklist.selectors.policy_effects import effects
from worklist.views.answers import go_to

from .reaching import PUBLISHES, WRITES, Bench, bench_of, edit_address


@require_role(*WRITES)
def preview_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """The person's changes in words, and what they would do to today's accounts: it names some, so it is on record."""
    return _preview(request, bench_of(request, pk))


def _preview(request: StaffRequest, bench: Bench, typed: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    facility = bench.facility
    history.record_access(user_id=request.user.pk, kind="policy.previewed", facility=facility)
    readable = bench.draft is not None and not bench.faults
    context = {
        "bench": bench,
        "facility": facility,
        "changes": bench.changes,
        "effects": effects(facility, selectors.policy_for(facility), bench.after) if readable else None,
        "typed": {"effective_from": clock.today(facility).isoformat(), "reason": ""} | (typed or {}),
        "today": clock.today(facility),
    }
    return render(request, "worklist/process/preview.html", context, status=status)


@require_role(*WRITES, write=True)
def propose_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the changes before a second person; or, where another version was published meanwhile, start from that."""
    bench = bench_of(request, pk)
    if request.POST.get("over") and bench.draft is not None:
        services.keep_draft(facility=bench.facility, by=request.user, plain=bench.plain, base=bench.number)
        messages.info(request, "Your changes now start from the newest version. This is what they change of it.")
        return go_to(request, reverse("worklist:preview_policy", args=[bench.facility.pk]))
    reason, day = request.POST.get("reason", ""), request.POST.get("effective_from", "")
    try:
        services.propose(facility=bench.facility, by=request.user, reason=reason, effective_from=_day(day))
    except Refused as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        typed = {"reason": reason, "effective_from": day, "sentence": refusal.sentence, "fix": refusal.fix}
        return _preview(request, bench_of(request, pk), typed, refusal.status)
    messages.success(request, "Another administrator, or compliance, publishes it.")
    return go_to(request, reverse("worklist:policy_proposal", args=[bench.facility.pk]))


def _day(text: str) -> datetime.date:
    """The day as typed; what is none is a day that has passed long ago, which nobody may choose."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return datetime.date.min


@require_role()
def policy_proposal(request: StaffRequest, pk: int) -> HttpResponse:
    """What waits for a second person, in words; everybody reads it."""
    return _proposal(request, bench_of(request, pk))


def _proposal(request: StaffRequest, bench: Bench, typed: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    facility, waiting = bench.facility, bench.waiting
    context: dict[str, Any] = {"bench": bench, "facility": facility, "proposal": waiting, "typed": typed or {}}
    if waiting is not None:
        history.record_access(user_id=request.user.pk, kind="policy.previewed", facility=facility)
        before, after = bench.before, reading.from_json(waiting.document)
        people = selectors.people_of(before, after)
        context |= {
            "changes": changes(sections(before, people), sections(after, people)),
            "sections": sections(after, people),
            "effects": effects(facility, selectors.policy_for(facility), after) if bench.may(*PUBLISHES) else None,
            "is_writer": waiting.written_by_id == request.user.pk,
            "moved_on": waiting.base != bench.number,
            "today": clock.today(facility),
        }
    return render(request, "worklist/process/proposal.html", context, status=status)


@require_role(*PUBLISHES, write=True)
def publish_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """Put into force what the person read, having proved who they are."""

    def verb(proposal_id: int) -> str:
        require_proof(request)
        version = services.publish_proposal(proposal_id=proposal_id, by=request.user, seen=request.POST.get("seen", ""))
        day = f"{version.effective_from:%b} {version.effective_from.day}, {version.effective_from.year}"
        begun = version.effective_from <= clock.today(version.facility)
        return (
            f"Version {version.number} is in force{'' if begun else f' from {day}'}. Accounts that it touches are checked again."
        )

    return _settle(request, pk, "publish", verb)


@require_role(*PUBLISHES, write=True)
def return_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """Send it back with words; the writer takes theirs back."""
    reason = request.POST.get("reason", "")

    def verb(proposal_id: int) -> str:
        if request.POST.get("do") == "withdraw":
            services.withdraw_proposal(proposal_id=proposal_id, by=request.user, reason=reason)
            return "Withdrawn. Take it up again from the versions, or begin anew."
        services.return_proposal(proposal_id=proposal_id, by=request.user, reason=reason)
        return "Sent back to who wrote it."

    return _settle(request, pk, "return", verb)


def _settle(request: StaffRequest, pk: int, form: str, verb: Callable[[int], str]) -> HttpResponse:
    """Do it and say so; a refusal shows the page with the sentence at its form."""
    bench = bench_of(request, pk)
    waiting = bench.waiting
    if waiting is None:
        raise Http404("There is no such record.")
    try:
        said = verb(waiting.pk)
    except Refused as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        typed = {"form": form, "sentence": refusal.sentence, "reason": request.POST.get("reason", "")}
        if isinstance(refusal, Unproven):
            typed["prove"] = proof_address(reverse("worklist:policy_proposal", args=[pk]))
        return _proposal(request, bench_of(request, pk), typed, refusal.status)
    messages.success(request, said)
    return go_to(request, _after(bench.facility))


def _after(facility: Facility) -> str:
    return reverse("worklist:policy_versions", args=[facility.pk])


@require_role(*WRITES)
def import_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for a file (GET); take it in as the person's draft (POST, 422 with the place that is wrong)."""
    bench = bench_of(request, pk)
    if request.method != "POST":
        return _import(request, bench, {})
    reason = request.POST.get("reason", "")
    try:
        text = _text(request)
        services.import_policy(facility=bench.facility, text=text, by=request.user, reason=reason)
    except Refused as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        return _import(request, bench, {"reason": reason, "sentence": refusal.sentence, "fix": refusal.fix}, refusal.status)
    messages.success(request, "Taken in as your changes. Nothing is in force yet.")
    return go_to(request, edit_address(bench.facility))


def _text(request: StaffRequest) -> str:
    """The text of the file; a large or unreadable one is refused before it is read whole."""
    given = request.FILES.get("file")
    if given is None or given.size is None:
        raise Refused("policy.file", "Choose a file.", fix="file")
    if given.size > 4 * reading.MAX_CHARACTERS:
        raise Refused("policy.file", "The file is larger than any policy.", fix="file")
    try:
        return given.read().decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("policy.file", "The file is not UTF-8 text.", fix="file") from None


def _import(request: StaffRequest, bench: Bench, typed: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {"bench": bench, "facility": bench.facility, "typed": typed}
    return render(request, "worklist/process/import.html", context, status=status)
