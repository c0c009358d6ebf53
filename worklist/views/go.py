"""Going to a place or an account by number: the page without scripts, and the list inside the palette (Ctrl+K)."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts import history
from coding_workflow.staff.access import StaffRequest, require_role
from worklist.selectors.numbers import accounts_by_number

from .search import SEARCHES


@require_role()
def go(request: StaffRequest) -> HttpResponse:
    """Numbers are looked up by POST, so that they reach no address and no log; each search is on record."""
    words = request.POST.get("words", "").replace("\0", "").strip()[:40]
    found = accounts_by_number(request.user, words) if words else []
    for account in found:
        history.record_access(user_id=request.user.pk, kind="account.found", account=account)
    template = "worklist/_go_accounts.html" if request.htmx else "worklist/go.html"
    searches = any(request.user.has_role(role) for role in SEARCHES)
    return render(request, template, {"accounts": found, "words": words, "searches": searches})
