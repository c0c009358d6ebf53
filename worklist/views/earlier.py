"""Earlier accounts of the same patient: what they were coded with, and taking codes over to be supported anew."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.models import Account
from coding_workflow.coding import services
from coding_workflow.staff.access import StaffRequest, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.selectors.earlier import earlier_of

from .answers import go_to
from .queueing.reaching import number

#: Codes of one form; a claim has room for a fifth of them.
_MOST = 100


@require_role(Role.CODER)
def earlier(request: StaffRequest, pk: int) -> HttpResponse:
    """The newest earlier accounts with their diagnoses; each that is shown is on record as looked at."""
    return _page(request, open_account(request, pk))


@require_role(Role.CODER, write=True)
def take_over(request: StaffRequest, pk: int) -> HttpResponse:
    """Add the chosen codes to this account; each holds until a passage of this record supports it."""
    account = open_account(request, pk)
    codes = [code[:8] for code in request.POST.getlist("code")[:_MOST]]
    try:
        copied = services.copy_diagnoses(
            account_id=pk, earlier_id=number(request, "earlier"), codes=codes, by=Actor.person(request.user.pk)
        )
    except Refused as refused:
        if isinstance(refused, NotAllowed):
            raise
        return _page(request, account, refused.sentence, refused.status)
    for code, sentence in copied.left:
        messages.warning(request, f"{code} was not taken over: {sentence}")
    if copied.rows:
        count = len(copied.rows)
        messages.success(request, f"{count} {'code' if count == 1 else 'codes'} taken over; link the passage that supports each.")
    return go_to(request, reverse("worklist:account", kwargs={"pk": pk}))


def _page(request: StaffRequest, account: Account, sentence: str = "", status: int = 200) -> HttpResponse:
    found = earlier_of(account)
    for each in found:
        history.record_access(user_id=request.user.pk, kind="account.earlier_viewed", account=each.account)
    context = {"account": account, "found": found, "sentence": sentence, "chosen": request.POST.getlist("code")}
    return render(request, "worklist/earlier.html", context, status=status)
