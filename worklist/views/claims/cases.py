"""A discrepancy case: what differs, its clocks, its correction, its end."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Refused
from coding_workflow.payment import selectors as payment
from coding_workflow.payment import services
from coding_workflow.release.models import CaseState, DiscrepancyCase
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import cases as selectors
from worklist.views.answers import go_to

from .lists import READS
from .typed import Typed, refused

CLOSES = (Role.SUPERVISOR, Role.COMPLIANCE)
_ANSWERS = ("root_cause", "correction", "prevention", "claim_change")


@require_role(*READS)
def case(request: StaffRequest, pk: int) -> HttpResponse:
    """The page."""
    return _page(request, _fetch(request, pk))


@require_role(*READS, write=True)
def correction(request: StaffRequest, pk: int) -> HttpResponse:
    """Record root cause, correction and prevention; lifts the case's hold."""
    one = _fetch(request, pk)
    typed = {name: request.POST.get(name, "") for name in _ANSWERS}
    verb = partial(services.record_correction, case_id=one.pk, by=Actor.person(request.user.pk), **typed)
    return _act(request, one, "correction", typed, verb, "Recorded. The account can be released again when its codes are right.")


@require_role(*CLOSES, write=True)
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close the case with how it ends; for an overpayment, how it was returned."""
    one = _fetch(request, pk)
    typed = {"words": request.POST.get("words", "")}
    verb = partial(services.close_case, case_id=one.pk, by=Actor.person(request.user.pk), words=typed["words"])
    return _act(request, one, "close", typed, verb, "Case closed.")


def _fetch(request: StaffRequest, pk: int) -> DiscrepancyCase:
    cases = DiscrepancyCase.objects.select_related("account__patient", "release", "corrected_release", "known_by")
    return fetch(cases, request.user, pk)


def _act(
    request: StaffRequest, one: DiscrepancyCase, form: str, values: dict[str, str], verb: Callable[[], object], said: str
) -> HttpResponse:
    """Do it and show the case; a refusal shows the form again, as fragment the form alone."""
    try:
        verb()
    except Refused as refusal:
        typed = refused(refusal, values)
    else:
        messages.success(request, said)
        return go_to(request, reverse("worklist:case", args=[one.pk]))
    if request.htmx:
        context = {"case": one, "typed": typed, "changes": selectors.CHANGES}
        return render(request, f"worklist/claims/_{form}.html", context, status=typed.status)
    return _page(request, _fetch(request, one.pk), form, typed)


def _page(request: StaffRequest, one: DiscrepancyCase, form: str = "", typed: Typed | None = None) -> HttpResponse:
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="discrepancy.viewed", account=one.account)
    written = {name: getattr(one, name) for name in _ANSWERS[:3]} | {"claim_change": selectors.claim_change(one)}
    typed = typed or Typed()
    context: dict[str, Any] = {
        "case": one,
        "line": selectors.line(one, clock.today()),
        "host": selectors.host_of(one),
        "claims": payment.claims_of(one.account_id),
        "changes": selectors.CHANGES,
        "correction": typed if form == "correction" else Typed(written),
        "closing": typed if form == "close" else Typed(),
        "to_correct": form == "correction" or one.state in {CaseState.OPEN, CaseState.CORRECTING},
        "may_close": any(request.user.has_role(role, one.facility_id) for role in CLOSES),
        "to_close": form == "close" or one.state in {CaseState.RESUBMITTED, CaseState.VERIFIED},
    }
    return render(request, "worklist/claims/case.html", context, status=typed.status)
