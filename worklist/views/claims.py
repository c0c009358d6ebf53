"""Claims: what is to be sent, what payers answered, remittances, discrepancy cases; and one claim to read."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Refused
from coding_workflow.payment import services
from coding_workflow.payment.models import Claim, RemittanceStatus
from coding_workflow.release.models import CaseSource, DiscrepancyCase
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import claims as selectors

from .answers import go_to

READS: Final = (Role.BILLER, Role.SUPERVISOR, Role.COMPLIANCE)
#: Bytes of one remittance file; larger ones come through the feed.
MOST_BYTES: Final = 5_000_000


@require_role(*READS)
def claims(request: StaffRequest) -> HttpResponse:
    """The tabs. An unknown tab shows what is to be sent."""
    tab = request.GET.get("show", "")
    tab = tab if tab in dict(selectors.TABS) else selectors.TABS[0][0]
    after = request.GET.get("after", "")
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="claims.viewed")
    page = selectors.page(request.user, tab, int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None)
    context = {
        "tab": tab,
        "tabs": selectors.TABS,
        "tab_name": dict(selectors.TABS)[tab],
        "page": page,
        "next_url": f"{request.path}?show={tab}&after={page.next_after}" if page.next_after else "",
        "may_bill": request.user.has_role(Role.BILLER),
        "today": clock.today(),
    }
    return render(request, "worklist/claims.html", context)


@require_role(*READS)
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    """One claim, readable like a UB-04, with what payers said and the account's other claims."""
    return _claim_page(request, _fetch(request, pk))


@require_role(Role.BILLER, write=True)
def submitted(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that the file was sent."""
    return _act(request, pk, lambda one, by: services.mark_submitted(claim_id=one.pk, by=by), "Marked as submitted.")


@require_role(Role.BILLER, write=True)
def accepted(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that the payer took it in."""
    return _act(request, pk, lambda one, by: services.mark_accepted(claim_id=one.pk, by=by), "Marked as accepted.")


@require_role(Role.BILLER, write=True)
def rejected(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that it was refused before processing, and why; denial work opens."""
    reason = request.POST.get("reason", "")
    return _act(request, pk, lambda one, by: services.mark_rejected(claim_id=one.pk, by=by, reason=reason), "Marked as rejected.")


@require_role(*READS, write=True)
def discrepancy(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a discrepancy case on the claim's account: it goes back to its coder, held until corrected."""
    words = request.POST.get("description", "")
    overpaid = request.POST.get("overpayment") == "1"

    def open_case(one: Claim, by: Actor) -> object:
        return services.open_discrepancy(
            account_id=one.account_id, by=by, source=CaseSource.PERSON, description=words, overpayment=overpaid
        )

    return _act(request, pk, open_case, "Discrepancy opened; the account is back with its coder.")


@require_role(*READS, write=True)
def correction(request: StaffRequest, pk: int) -> HttpResponse:
    """Record root cause, correction and prevention of a case."""
    case = fetch(DiscrepancyCase.objects.all(), request.user, pk)
    services.record_correction(
        case_id=case.pk,
        by=Actor.person(request.user.pk),
        root_cause=request.POST.get("root_cause", ""),
        correction=request.POST.get("correction", ""),
        prevention=request.POST.get("prevention", ""),
        claim_change=request.POST.get("claim_change", "")[:2],
    )
    messages.success(request, "Recorded. The account can be released again when its codes are right.")
    return go_to(request, f"{reverse('worklist:claims')}?show={selectors.CASES}")


@require_role(Role.BILLER, write=True)
def remittance(request: StaffRequest) -> HttpResponse:
    """Post one 835 file that a biller chose."""
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > MOST_BYTES:
        raise Refused("remittance.file", "Choose one 835 file of at most 5 MB.")
    posted = services.post_remittance(raw=file.read(), by=Actor.person(request.user.pk))
    if posted.status == RemittanceStatus.QUARANTINED:
        messages.error(request, f"Set aside, nothing posted. {posted.reason}")
    else:
        messages.success(request, f"Posted: ${posted.total:,.2f}.")
    return go_to(request, f"{reverse('worklist:claims')}?show={selectors.REMITTANCES}")


def _fetch(request: StaffRequest, pk: int) -> Claim:
    claims = Claim.objects.select_related("account", "account__patient", "payer", "file", "replaces", "submitted_by")
    return fetch(claims, request.user, pk)


def _act(request: StaffRequest, pk: int, verb: Callable[[Claim, Actor], object], said: str) -> HttpResponse:
    """Do it and show the claim; a refusal undoes it and answers with its own page."""
    one = _fetch(request, pk)
    verb(one, Actor.person(request.user.pk))
    messages.success(request, said)
    return go_to(request, reverse("worklist:claim", args=[one.pk]))


def _claim_page(request: StaffRequest, one: Claim) -> HttpResponse:
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="claim.viewed", account=one.account)
    context: dict[str, Any] = {
        "claim": one,
        "form": selectors.form(one),
        "answers": selectors.answers(one),
        "chain": selectors.chain(one),
        "case": selectors.open_case(one),
        "may_bill": request.user.has_role(Role.BILLER, one.facility_id),
    }
    return render(request, "worklist/claim.html", context)
