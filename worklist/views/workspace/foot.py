"""Taking the account, and declaring it final coded."""

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from accounts.actors import Actor
from accounts.errors import Conflict
from accounts.models import Account, Step, WorkItem, WorkKind
from coding_workflow.coding.services import finalize_coding
from coding_workflow.release.services.checking import Judgement, judge
from coding_workflow.staff.access import StaffRequest, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.assignment import claim_next, claim_this
from worklist.selectors.workspace_gate import coders_own
from worklist.views.answers import go_to

from .acting import act, attempt
from .page import ACCOUNTS, Said, address, show
from .reading import number

_STAYS: Final = "Not finalized: the gate holds what is yours to mend. It is open at your side."


@require_role(Role.CODER, write=True)
def take(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the account's coding work, if it is free and for this person."""

    def taking(account: Account, by: Actor) -> None:
        item = WorkItem.objects.filter(account=account, kind=WorkKind.CODING, closed_at__isnull=True).first()
        if item is None:
            raise Conflict("work.none", "There is no open coding work on this account.")
        claim_this(item_id=item.pk, user=request.user)

    return act(request, pk, "head", taking)


@require_role(Role.CODER, write=True)
def finalize(request: StaffRequest, pk: int) -> HttpResponse:
    """Declare the account final coded; ``do`` = next also claims the next one and goes there.

    Next stays, and shows the finding, while the preview holds something that is the coder's own (decisions.md 16).
    """
    seen = number(request.POST.get("revision", ""))
    if request.POST.get("do") != "next":
        return act(request, pk, "foot", lambda _, by: finalize_coding(account_id=pk, by=by, revision=seen))
    return _finalize_and_next(request, pk, seen)


def _finalize_and_next(request: StaffRequest, pk: int, seen: int | None) -> HttpResponse:
    account = open_account(request, pk, queryset=ACCOUNTS)
    judgement = _judged(account, seen)
    if judgement is not None and coders_own(judgement.evaluation):
        return show(request, account, Said("foot", _STAYS, 422, request.POST), judgement)
    refused = attempt(request, account, "foot", lambda _, by: finalize_coding(account_id=pk, by=by, revision=seen))
    if refused is not None:
        return refused
    item = claim_next(user=request.user)
    messages.success(request, f"Account {account.number} is final coded; the check runs by itself.")
    if item is not None:
        return go_to(request, address(item.account_id))
    return go_to(request, f"{reverse('worklist:my_work')}?nothing=1")


def _judged(account: Account, seen: int | None) -> Judgement | None:
    """The preview; none where the account has moved on since the page was made, which the service then says."""
    return judge(account) if account.step == Step.CODING and seen == account.revision else None
