"""Release board: approve, approve the ticked ones, send back; what is held, and what is not billed yet."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.release.services.approving import approve_selected
from coding_workflow.release.services.approving import send_back as send_back_to_coder
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import board as selectors

from .answers import go_to

#: One form may approve so many; each is judged again under its lock, which takes a moment.
MOST_AT_ONCE = 50


@require_role(Role.SUPERVISOR, Role.COMPLIANCE)
def board(request: StaffRequest) -> HttpResponse:
    """The page. Compliance reads it; supervisors act on it."""
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="board.viewed")
    after = request.GET.get("after", "")
    lines, next_after = selectors.releasable(request.user, int(after) if after.isascii() and after.isdigit() else None)
    context = {
        "lines": lines,
        "next_url": f"{reverse('worklist:board')}?after={next_after}" if next_after else "",
        "wall": selectors.wall(request.user),
        "waterfall": selectors.waterfall(request.user),
        "may_approve": request.user.has_role(Role.SUPERVISOR),
        "today": clock.today(),
    }
    return render(request, "worklist/board.html", context)


@require_role(Role.SUPERVISOR, write=True)
def approve(request: StaffRequest) -> HttpResponse:
    """Approve one account at once, or the ticked ones after a page that asks; the answer lists what became of each.

    Each is named as ``account:revision seen``.
    """
    ticked = _ticked(request)
    if not ticked:
        messages.error(request, "Tick at least one account first.")
        return go_to(request, reverse("worklist:board"))
    lines = selectors.chosen(request.user, ticked)
    if "confirmed" not in request.POST:
        asked = [(line, ticked[line.row.account.pk]) for line in lines]
        return render(request, "worklist/approve_confirm.html", {"asked": asked, "sum": _sum(lines)})
    by = Actor.person(request.user.pk)
    results = approve_selected(selected=[(line.row.account.pk, ticked[line.row.account.pk]) for line in lines], by=by)
    accounts = {line.row.account.pk: line.row.account for line in lines}
    context: dict[str, Any] = {"results": [(accounts[result.account_id], result) for result in results]}
    context["released"] = sum(result.release_id is not None for result in results)
    return render(request, "worklist/approve_result.html", context)


@require_role(Role.SUPERVISOR)
def send_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for the words (GET), or return the account to its coder with them (POST, 422 without)."""
    account = fetch(Account.objects.select_related("patient"), request.user, pk)
    if request.method != "POST":
        return render(request, "worklist/send_back.html", {"account": account})
    reason = request.POST.get("reason", "")
    try:
        send_back_to_coder(account_id=account.pk, by=Actor.person(request.user.pk), reason=reason)
    except Refused as refusal:
        if refusal.code != "return.no_reason":
            raise
        return render(request, "worklist/send_back.html", {"account": account, "error": refusal.sentence}, status=422)
    messages.success(request, "Sent back to its coder.")
    return go_to(request, reverse("worklist:board"))


def _ticked(request: StaffRequest) -> dict[int, int]:
    pairs = [value.partition(":")[::2] for value in request.POST.getlist("account")[:MOST_AT_ONCE]]
    return {int(pk): int(seen) for pk, seen in pairs if _is_number(pk) and _is_number(seen)}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _sum(lines: list[selectors.Releasable]) -> Any:
    return sum(line.row.account.total_charges for line in lines)
