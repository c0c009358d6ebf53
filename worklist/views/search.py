"""Finding an account by number, medical record number or name. Words come by POST: they reach no address and no log."""

from allauth.core import ratelimit
from django.http import HttpResponse
from django.shortcuts import render

from accounts import history
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import searching

SEARCHES = (Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.BILLER, Role.COMPLIANCE)


@require_role(*SEARCHES)
def search(request: StaffRequest) -> HttpResponse:
    """The form, and what was found. Each search and each account that it showed is on record; more than a person types is 429."""
    words = request.POST.get("words", "").strip()
    if request.method != "POST" or not words:
        return render(request, "worklist/search.html", {"found": None, "words": ""})
    if not ratelimit.consume(request, action="account_search", user=request.user):
        return render(request, "429.html", status=429)
    before = request.POST.get("before", "")
    found = searching.find(
        request.user, words, int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    )
    history.record_access(user_id=request.user.pk, kind="account.searched")
    history.record_accesses(user_id=request.user.pk, kind="account.found", accounts=[line.account for line in found.lines])
    context = {"found": found, "words": words[: searching.LONGEST], "most": searching.MOST, "later": bool(before)}
    return render(request, "worklist/search.html", context)
