"""Codes of the claim form: enter, change, withdraw, and take off what patient accounting tells."""

from typing import Any, Final

from django.http import HttpResponse

from accounts.actors import Actor
from accounts.models import Account
from coding_workflow.coding import services
from coding_workflow.coding.services.claiming import ENTERERS
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Role
from worklist.selectors.workspace_claim_codes import FIELDS

from .acting import act
from .reading import amount, day

#: Where the sentence of the form for another code is read.
PLACE: Final = "claim-codes"


@require_role(Role.CODER, *ENTERERS, write=True)
def enter(request: StaffRequest, pk: int) -> HttpResponse:
    """Enter a code with what its kind says of it; ``do`` = off takes off one that patient accounting tells."""
    sent = request.POST
    off = sent.get("do") == "off"

    def entering(account: Account, by: Actor) -> None:
        kind, code = sent.get("kind", ""), sent.get("claim_code", "")
        says = {} if off else _says(request, FIELDS.get(kind, ()))
        services.enter_claim_code(account_id=pk, by=by, kind=kind, code=code, off=off, **says)

    place = sent.get("place", PLACE)[:20]
    return act(request, pk, place if place.startswith("ct-") else PLACE, entering)


@require_role(Role.CODER, *ENTERERS, write=True)
def change(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """Another day or amount for what a person entered, or (``do`` = withdraw) take it back."""

    def changing(account: Account, by: Actor) -> None:
        if request.POST.get("do") == "withdraw":
            services.withdraw_claim_code(account_id=pk, entered_id=row, by=by)
            return
        says = _says(request, ("first_day", "last_day", "amount"))
        services.change_claim_code(account_id=pk, entered_id=row, by=by, **says)

    return act(request, pk, f"cc-{row}", changing)


def _says(request: StaffRequest, fields: tuple[str, ...]) -> dict[str, Any]:
    """What the form says; fields of other kinds, which browsers without style sheets show too, are passed over."""
    read = {name: request.POST.get(name, "") if name in fields else "" for name in ("first_day", "last_day", "amount")}
    return {"on": day(read["first_day"]), "through": day(read["last_day"]), "amount": amount(read["amount"])}
