"""The lists of claims, by tab, and asking again for a claim that could not be made."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Refused
from coding_workflow.payment import services
from coding_workflow.release.models import Release
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import claims as selectors
from worklist.views.answers import go_to

from .typed import Typed, refused

READS = (Role.BILLER, Role.SUPERVISOR, Role.COMPLIANCE)
ASKS_AGAIN = (Role.BILLER, Role.SUPERVISOR)


@require_role(*READS)
def claims(request: StaffRequest) -> HttpResponse:
    """The tabs. An unknown tab shows what is to be sent."""
    return list_page(request, request.GET.get("show", ""))


@require_role(*ASKS_AGAIN, write=True)
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for the claims of a release again, after what stood in the way was mended."""
    said = "Asked again. The claim comes under To send, or its reasons stay here."
    return _of_release(request, pk, services.try_again, said)


@require_role(*ASKS_AGAIN, write=True)
def release_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an account back to its coder whose claim cannot be made because somebody on it has another name or number by now."""
    said = "Discrepancy opened; the account is back with its coder and can be released again when it is corrected."
    return _of_release(request, pk, services.release_again, said)


def _of_release(request: StaffRequest, pk: int, verb: Callable[..., object], said: str) -> HttpResponse:
    release = fetch(Release.objects.all(), request.user, pk)
    try:
        verb(release_id=release.pk, by=Actor.person(request.user.pk))
    except Refused as refusal:
        typed = refused(refusal, {})
        if request.htmx:
            return render(request, "worklist/claims/_sentence.html", {"typed": typed}, status=typed.status)
        return list_page(request, selectors.UNMADE, typed)
    messages.success(request, said)
    return go_to(request, f"{reverse('worklist:claims')}?show={selectors.UNMADE}")


def list_page(request: StaffRequest, tab: str, typed: Typed | None = None, file: str = "") -> HttpResponse:
    """One tab as a page; ``typed`` is what was refused on it, ``file`` the name of the file that was."""
    tab = tab if tab in dict(selectors.TABS) else selectors.FIRST
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="claims.viewed")
    page = selectors.page(request.user, tab, key_after(request))
    typed = typed or Typed()
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": selectors.tabs(request.user, tab),
        "tab_name": dict(selectors.TABS)[tab],
        "page": page,
        "next_url": f"{reverse('worklist:claims')}?show={tab}&after={page.next_after}" if page.next_after else "",
        "may_bill": request.user.has_role(Role.BILLER),
        "may_ask_again": any(request.user.has_role(role) for role in ASKS_AGAIN),
        "today": clock.today(),
        "typed": typed,
        "file": file,
    }
    return render(request, "worklist/claims/list.html", context, status=typed.status)


def key_after(request: StaffRequest) -> int | None:
    """The key after which the list goes on; anything else counts as not said."""
    after = request.GET.get("after", "")
    return int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
