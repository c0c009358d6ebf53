"""Messages of the feeds: the list, finding one, one message, trying again, correcting, setting aside."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from coding_workflow.registration import services
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.models import InboundMessage, MessageStatus
from coding_workflow.registration.services.bulk import MENDS
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role, visible
from coding_workflow.staff.models import Role
from worklist.selectors import imports as selectors

from .answers import go_to

#: Compliance reads what others mend.
READS = (*MENDS, Role.COMPLIANCE)


@require_role(*READS)
def imports(request: StaffRequest) -> HttpResponse:
    """The tabs; by POST, the messages of one number. An unknown tab shows what failed."""
    words = request.POST.get("words", "").strip()[: selectors.LONGEST]
    if request.method == "POST" and words:
        return _found(request, words)
    asked, after = request.GET.get("show", ""), request.GET.get("after", "")
    tab = asked if asked in selectors.NAMES else selectors.FIRST
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="imports.viewed")
    only = {name: request.GET.get(name, "")[:60] for name in ("code", "feed")}
    key = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    page = selectors.page(request.user, tab, key, **only)
    kept = urlencode({"show": tab, **{name: value for name, value in only.items() if value}})
    context = {
        "tab": tab,
        "tabs": selectors.tabs(request.user, tab),
        "tab_name": selectors.NAMES[tab],
        "page": page,
        "only": only,
        "may_mend": any(request.user.has_role(role) for role in MENDS),
        "next_url": f"{request.path}?{kept}&after={page.next_after}" if page.next_after else "",
    }
    return render(request, "worklist/imports/list.html", context)


def _found(request: StaffRequest, words: str) -> HttpResponse:
    """Numbers come by POST: an account's number reaches no address and no log."""
    history.record_access(user_id=request.user.pk, kind="imports.searched")
    context = {
        "words": words,
        "tabs": selectors.tabs(request.user, ""),
        "found": selectors.find(request.user, words),
        "most": selectors.MOST_FOUND,
    }
    return render(request, "worklist/imports/found.html", context)


@require_role(*READS)
def message(request: StaffRequest, pk: int) -> HttpResponse:
    """One message with its reason and its words. Opening it leaves an access record."""
    return _page(request, fetch(selectors.listed(), request.user, pk))


@require_role(*MENDS, write=True)
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Try it again, after the mapping or its account was mended."""
    one = fetch(selectors.listed(), request.user, pk)
    try:
        tried = services.replay_message(one.pk, by=Actor.person(request.user.pk))
    except Refused as refusal:
        return _refused(request, one, refusal)
    return _told(request, tried)


@require_role(*MENDS, write=True)
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a corrected copy in its place; what was typed stays when it is refused."""
    one = fetch(selectors.listed(), request.user, pk)
    typed = request.POST.get("text", "")
    try:
        new = services.correct_message(
            one.pk,
            _bytes(one, typed),
            by=Actor.person(request.user.pk),
            facility_ids=request.user.facility_ids(),
            opened_ids=request.user.opened_restricted_ids(),
        )
    except Refused as refusal:
        return _refused(request, one, refusal, "correction", typed)
    return _told(request, new)


@require_role(*MENDS, write=True)
def set_aside(request: StaffRequest, pk: int) -> HttpResponse:
    """Take it off the list with a reason."""
    one = fetch(selectors.listed(), request.user, pk)
    typed = request.POST.get("reason", "")
    try:
        services.set_aside(one.pk, reason=typed, by=Actor.person(request.user.pk))
    except Refused as refusal:
        return _refused(request, one, refusal, "reason", typed)
    messages.success(request, "Set aside. It stays under Set aside and can be tried again.")
    return go_to(request, reverse("worklist:imports"))


def _bytes(one: InboundMessage, typed: str) -> bytes:
    if not typed.strip():
        raise Refused("registration.empty", "Type the corrected message; to drop it, set it aside with a reason.")
    try:
        return selectors.typed(one, typed)
    except HL7Problem as problem:
        raise Refused(problem.code, problem.sentence) from None


def _told(request: StaffRequest, tried: InboundMessage) -> HttpResponse:
    """Say what became of it; what failed again is shown, unless it now belongs to another facility."""
    if tried.status == MessageStatus.APPLIED:
        messages.success(request, "Applied.")
    elif tried.status == MessageStatus.PARKED:
        messages.success(request, "It waits for the admission of its account and is applied by itself then.")
    else:
        messages.error(request, f"It failed again: {tried.sentence}")
        if visible(InboundMessage.objects.all(), request.user).filter(pk=tried.pk).exists():
            return go_to(request, reverse("worklist:import", args=[tried.pk]))
    return go_to(request, reverse("worklist:imports"))


def _refused(request: StaffRequest, one: InboundMessage, refusal: Refused, field: str = "", typed: str = "") -> HttpResponse:
    if isinstance(refusal, NotAllowed):
        raise refusal
    said = {"field": field, "sentence": refusal.sentence, "typed": typed}
    return _page(request, fetch(selectors.listed(), request.user, one.pk), said, refusal.status)


def _page(request: StaffRequest, one: InboundMessage, said: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    history.record_access(user_id=request.user.pk, kind="import.viewed", account=one.account, facility=one.facility)
    text = selectors.text(one)
    context = {
        "message": one,
        "place": selectors.place(one),
        "lines": selectors.lines(one),
        "text": said["typed"] if said and said["field"] == "correction" else text,
        "too_large": not text,
        "open": selectors.is_open(one),
        "may_mend": any(request.user.has_role(role) for role in MENDS),
        "said": said or {},
    }
    return render(request, "worklist/imports/one.html", context, status=status)
