"""Of one account: why its work is where it is and why not elsewhere; and that somebody really works on it."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.models import Account
from coding_workflow.staff.access import StaffRequest, fetch, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.assignment import KINDS_BY_ROLE, in_hand, still_here
from worklist.frame import GOES_ON
from worklist.selectors.why_here import where
from worklist.timing import worked_on

#: Who asks why: everybody who may open an account.
ASKS = tuple(Role.values)


@require_role(*ASKS)
def why_here(request: StaffRequest, pk: int) -> HttpResponse:
    """Each queue in order with the condition that was not met; a fragment is the answer alone."""
    account = open_account(request, pk)
    context = {"account": account, "places": where(account.pk, account.facility_id, request.user)}
    template = "worklist/queueing/why_here.html"
    return render(request, f"{template}#answer" if request.htmx else template, context)


@require_role(*KINDS_BY_ROLE, write=True)
def here(request: StaffRequest, pk: int) -> HttpResponse:
    """Real input on the account's page: the session goes on, and so do lease and coding time. Timers do not come here."""
    account = fetch(Account.objects.all(), request.user, pk)
    if in_hand(account_id=account.pk, user=request.user):
        # The time first: it refers to the account, whose row everybody takes before its work.
        worked_on(account_id=account.pk, facility_id=account.facility_id, user=request.user)
        still_here(account_id=account.pk, user=request.user)
        request.session.pop(GOES_ON, None)
    return HttpResponse(status=204)
