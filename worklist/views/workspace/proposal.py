"""Proposed codes: all taken over at once, or one by one, by the coder who has the account."""

from django.contrib import messages
from django.http import HttpResponse

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.coding import services
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Role

from .acting import act

_PLACE = "proposal"


@require_role(Role.CODER, write=True)
def take_over_all(request: StaffRequest, pk: int) -> HttpResponse:
    """Every code that the page showed, in the order in which they were told; what is refused stays, and is said."""
    seen = {int(each) for each in request.POST.getlist("proposed") if each.isascii() and each.isdigit()}

    def taking(_: Account, by: Actor) -> None:
        done = services.take_over_all(account_id=pk, by=by, seen=seen)
        messages.info(request, f"{done.taken} code{'' if done.taken == 1 else 's'} taken over.")
        for code, sentence in done.left:
            messages.warning(request, f"{code} was left: {sentence}")

    return act(request, pk, _PLACE, taking)


@require_role(Role.CODER, write=True)
def settle(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """``do``: take one code over, or dismiss it."""

    def settling(_: Account, by: Actor) -> None:
        if request.POST.get("do") == "take":
            services.take_over_code(account_id=pk, proposed_id=row, by=by)
        elif request.POST.get("do") == "dismiss":
            services.dismiss_code(account_id=pk, proposed_id=row, by=by)
        else:
            raise Refused("proposal.verb", "Take the code over or dismiss it.")

    return act(request, pk, _PLACE, settling)
