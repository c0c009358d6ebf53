"""People at work: who has what, what was put back and why, next only; assigning several accounts, taking one over."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.errors import Refused
from accounts.models import Facility, WorkItem
from coding_workflow.staff.access import StaffRequest, fetch, require_role, visible
from coding_workflow.staff.models import User
from worklist import supervising
from worklist.models import Assignment
from worklist.queueing import services
from worklist.selectors import people_at_work
from worklist.views.answers import go_to

from .reaching import SUPERVISES, chosen, number, reach


@require_role(*SUPERVISES)
def people(request: StaffRequest) -> HttpResponse:
    """Everybody who takes work at a facility: what they have open, put back today, and were given."""
    return _page(request, chosen(request))


def _page(request: StaffRequest, facility: Facility, sentence: str = "", status: int = 200) -> HttpResponse:
    history.record_access(user_id=request.user.pk, kind="people_at_work.viewed", facility=facility)
    queues, _ = services.base_of(facility)
    context = {
        "facility": facility,
        "facilities": Facility.objects.filter(pk__in=request.user.facility_ids()).order_by("name"),
        "workers": people_at_work.workers(facility, queues, request.user),
        "most": queues.put_backs,
        "assignments": people_at_work.assignments(facility),
        "sentence": sentence,
    }
    return render(request, "worklist/queueing/people.html", context, status=status)


@require_role(*SUPERVISES, write=True)
def next_only(request: StaffRequest, pk: int) -> HttpResponse:
    """Set or end it for one person of the facility."""
    facility = reach(request, pk)
    person = _person(facility, number(request, "person"))
    try:
        if request.POST.get("do") == "end":
            supervising.end_next_only(person=person, facility=facility, by=request.user)
            messages.success(request, f"{person} chooses from lists again.")
        else:
            reason = request.POST.get("reason", "")
            supervising.set_next_only(person=person, facility=facility, by=request.user, reason=reason)
            messages.success(request, f"{person} now takes what Get next gives.")
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return _page(request, facility, refusal.sentence, refusal.status)
    return go_to(request, f"{reverse('worklist:people_at_work')}?at={facility.pk}")


def _person(facility: Facility, pk: int) -> User:
    found = next((person for person in people_at_work.takers(facility) if person.pk == pk), None)
    if found is None:
        raise Http404("There is no such record.")
    return found


@require_role(*SUPERVISES)
def take_over(request: StaffRequest, pk: int) -> HttpResponse:
    """Move one piece of work to another person, or free it for everybody."""
    item = fetch(WorkItem.objects.select_related("account__patient", "facility", "leased_to", "queue"), request.user, pk)
    if request.method != "POST":
        return _show_take_over(request, item)
    reason, to = request.POST.get("reason", ""), number(request, "to")
    try:
        if to:
            receiver = _person(item.facility, to)
            if not reason.strip():
                raise Refused("work.no_reason", "Say why.")
            supervising.take_over(item_id=item.pk, by=request.user, to=receiver, reason=reason.strip())
            messages.success(request, f"{receiver} has the account now.")
        else:
            supervising.let_go(item_id=item.pk, by=request.user, reason=reason)
            messages.success(request, "Nobody has the account now; it is in its queue.")
    except Refused as refusal:
        return _show_take_over(request, item, refusal.sentence, refusal.status)
    return go_to(request, f"{reverse('worklist:people_at_work')}?at={item.facility_id}")


def _show_take_over(request: StaffRequest, item: WorkItem, sentence: str = "", status: int = 200) -> HttpResponse:
    history.record_access(user_id=request.user.pk, kind="work.looked_at", account=item.account)
    context: dict[str, Any] = {
        "item": item,
        "people": people_at_work.takers(item.facility),
        "to": number(request, "to"),
        "reason": request.POST.get("reason", ""),
        "sentence": sentence,
    }
    return render(request, "worklist/queueing/take_over.html", context, status=status)


@require_role(*SUPERVISES, write=True)
def assign(request: StaffRequest) -> HttpResponse:
    """The accounts ticked in a list: first who gets which and why some cannot, then the assignment itself."""
    items = _ticked(request)
    if not items:
        messages.info(request, "Tick at least one account first.")
        return go_to(request, reverse("worklist:my_work"))
    to = number(request, "to")
    receiver = _person(items[0].facility, to) if to else None
    if receiver is None or not request.POST.get("confirmed"):
        return _show_assign(request, items, receiver)
    try:
        _, left = supervising.assign(
            item_ids=[item.pk for item in items], to=receiver, by=request.user, reason=request.POST.get("reason", "")
        )
    except Refused as refusal:
        return _show_assign(request, items, receiver, refusal.sentence, refusal.status)
    given = len(items) - len(left)
    messages.success(request, f"{receiver} gets {given} account{'s' if given != 1 else ''} first. It can be undone here.")
    return go_to(request, f"{reverse('worklist:people_at_work')}?at={items[0].facility_id}#assignments")


def _ticked(request: StaffRequest) -> list[WorkItem]:
    """The open items that were ticked and that the person may see, in order of rank."""
    ticked = [int(each) for each in request.POST.getlist("item") if each.isascii() and each.isdigit() and len(each) < 19]
    items = visible(WorkItem.objects.filter(pk__in=ticked[: supervising.MOST], closed_at__isnull=True), request.user)
    return list(items.select_related("account", "facility", "queue", "leased_to").order_by("rank_at", "pk"))


def _show_assign(
    request: StaffRequest, items: list[WorkItem], receiver: User | None, sentence: str = "", status: int = 200
) -> HttpResponse:
    facility = items[0].facility
    history.record_access(user_id=request.user.pk, kind="work.assignment_previewed", facility=facility)
    fits = supervising.fits(items=items, to=receiver) if receiver else [supervising.Fit(item, "") for item in items]
    context = {
        "facility": facility,
        "fits": fits,
        "good": len([fit for fit in fits if not fit.against]),
        "people": people_at_work.takers(facility),
        "receiver": receiver,
        "reason": request.POST.get("reason", ""),
        "sentence": sentence,
    }
    return render(request, "worklist/queueing/assign.html", context, status=status)


@require_role(*SUPERVISES, write=True)
def undo_assignment(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what the person has not opened; 409 when nothing is left."""
    made = fetch(Assignment.objects.select_related("facility", "to"), request.user, pk)
    try:
        undone = supervising.undo(assignment_id=made.pk, by=request.user)
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return _page(request, made.facility, refusal.sentence, refusal.status)
    messages.success(request, f"Taken back: {undone} account{'s' if undone != 1 else ''}.")
    return go_to(request, f"{reverse('worklist:people_at_work')}?at={made.facility_id}#assignments")
