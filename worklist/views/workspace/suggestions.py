"""Suggestions: accepted or dismissed, one at a time, by the coder who has the account; looked at by going to the passage."""

from django.http import HttpResponse

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.coding import services
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Role

from .acting import act


@require_role(Role.CODER, write=True)
def settle(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """``do``: accept the suggestion as a code of the account, or dismiss it."""

    def settling(_: Account, by: Actor) -> None:
        if request.POST.get("do") == "accept":
            services.accept_suggestion(account_id=pk, suggestion_id=row, by=by)
        elif request.POST.get("do") == "dismiss":
            services.dismiss_suggestion(account_id=pk, suggestion_id=row, by=by)
        else:
            raise Refused("suggestion.verb", "Accept the suggestion or dismiss it.")

    return act(request, pk, "suggestions", settling)
