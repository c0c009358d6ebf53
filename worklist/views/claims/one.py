"""One claim: readable like a UB-04, with what became of it and what can be done."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.actors import Actor
from accounts.errors import Refused
from coding_workflow.payment import services
from coding_workflow.payment.models import Claim, ClaimStatus
from coding_workflow.release.models import CaseSource
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import claims as selectors
from worklist.views.answers import go_to

from .lists import READS
from .typed import Typed, refused

_WITH_PAYER: Final = (ClaimStatus.SUBMITTED, ClaimStatus.ACCEPTED)
#: A claim that was not sent, or that another took the place of, is not what a case is about.
_NEVER_WRONG: Final = (ClaimStatus.MADE, ClaimStatus.SUPERSEDED)


@require_role(*READS)
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    """The page."""
    return _page(request, _fetch(request, pk))


@require_role(Role.BILLER, write=True)
def submitted(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that the file was sent."""
    one, by = _fetch(request, pk), Actor.person(request.user.pk)
    return _act(request, one, "step", {}, partial(services.mark_submitted, claim_id=pk, by=by), "Marked as submitted.")


@require_role(Role.BILLER, write=True)
def accepted(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that the payer took it in."""
    one, by = _fetch(request, pk), Actor.person(request.user.pk)
    return _act(request, one, "step", {}, partial(services.mark_accepted, claim_id=pk, by=by), "Marked as accepted.")


@require_role(Role.BILLER, write=True)
def rejected(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that it was refused before processing, and why; denial work opens."""
    one, by = _fetch(request, pk), Actor.person(request.user.pk)
    typed = {"reason": request.POST.get("reason", "")}
    verb = partial(services.mark_rejected, claim_id=pk, by=by, reason=typed["reason"])
    return _act(request, one, "rejected", typed, verb, "Marked as rejected.")


@require_role(*READS, write=True)
def discrepancy(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a discrepancy case on the claim's account: it goes back to its coder, held until corrected."""
    one = _fetch(request, pk)
    typed = {name: request.POST.get(name, "") for name in ("description", "overpayment")}
    verb = partial(
        services.open_discrepancy,
        account_id=one.account_id,
        by=Actor.person(request.user.pk),
        source=CaseSource.PERSON,
        description=typed["description"],
        overpayment=typed["overpayment"] == "1",
    )
    return _act(request, one, "discrepancy", typed, verb, "Discrepancy opened; the account is back with its coder.")


def _fetch(request: StaffRequest, pk: int) -> Claim:
    claims = Claim.objects.select_related("account", "account__patient", "payer", "file", "replaces", "submitted_by")
    return fetch(claims, request.user, pk)


def _act(
    request: StaffRequest, one: Claim, form: str, values: dict[str, str], verb: Callable[[], object], said: str
) -> HttpResponse:
    """Do it and show the claim; a refusal shows the form again, as fragment the form alone."""
    try:
        verb()
    except Refused as refusal:
        typed = refused(refusal, values)
    else:
        messages.success(request, said)
        return go_to(request, reverse("worklist:claim", args=[one.pk]))
    if request.htmx:
        return render(request, f"worklist/claims/_{form}.html", {"claim": one, "typed": typed}, status=typed.status)
    return _page(request, _fetch(request, one.pk), form, typed)


def _page(request: StaffRequest, one: Claim, form: str = "", typed: Typed | None = None) -> HttpResponse:
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="claim.viewed", account=one.account)
    typed = typed or Typed()
    cases = selectors.cases(one.account)
    may_bill = request.user.has_role(Role.BILLER, one.facility_id)
    context: dict[str, Any] = {
        "claim": one,
        "form": selectors.form(one),
        "answers": selectors.answers(one),
        "chain": selectors.chain(one),
        "cases": cases,
        "open_case": next((case for case in cases if case.open), None),
        "may_reject": may_bill and one.status in _WITH_PAYER,
        "may_open_case": one.status not in _NEVER_WRONG and not any(case.open for case in cases),
        "may_bill": may_bill,
        "refused_form": form,
        "typed": typed,
    }
    return render(request, "worklist/claims/one.html", context, status=typed.status)
