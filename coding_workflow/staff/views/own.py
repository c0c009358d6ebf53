"""Pages about oneself, restricted accounts, and the sign of life."""

from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.clock import now
from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.staff import services
from coding_workflow.staff.access import StaffRequest, recently_proven, require_role
from coding_workflow.staff.forms import OpenRestrictedForm, place_refusal
from coding_workflow.staff.models import Competence, Role, RoleGrant
from coding_workflow.staff.selectors import openings_at, openings_to_review, sign_ins_of

#: Rows of one page.
_OPENINGS: Final = 100


@require_role()
def me(request: StaffRequest) -> HttpResponse:
    """My roles, my competence, my password and authenticator app."""
    user = request.user
    context = {
        "grants": RoleGrant.objects.filter(user=user, ended_at__isnull=True).select_related("facility"),
        "competences": Competence.objects.filter(user=user).select_related("facility", "supervisor"),
        "has_totp": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
        "requires_totp": settings.REQUIRE_TOTP,
        "sign_ins": sign_ins_of(user),
    }
    return render(request, "staff/me.html", context)


@require_role(write=True)
def end_my_sessions(request: StaffRequest) -> HttpResponse:
    """Sign out everywhere, here included."""
    services.end_sessions(by=request.user, person=request.user)
    return redirect("account_login")


@require_role(write=True)
def keys(request: StaffRequest) -> HttpResponse:
    """Switch single-letter keys on or off for the person, on every computer (WCAG 2.1.4)."""
    services.choose_keys(person=request.user, single_letters=request.POST.get("on") == "1")
    return HttpResponse(status=204) if request.htmx else redirect("staff:me")


@require_role(write=True)
def still_here(request: StaffRequest) -> HttpResponse:
    """Sent while somebody scrolls, points or types, at most once a minute: the request itself renews the session."""
    return HttpResponse(status=204)


@require_role(Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.BILLER, Role.COMPLIANCE)
@recently_proven
def restricted(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a restricted account with a reason, then go to it."""
    account = Account.objects.filter(facility_id__in=request.user.facility_ids(), pk=pk).exclude(restricted="").first()
    if account is None:
        raise Http404("There is no such record.")
    form = OpenRestrictedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.break_glass(user=request.user, account=account, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            place_refusal(form, refusal)
        else:
            return redirect(_page_of(request))
    context = {"form": form, "account_id": account.pk, "next": _page_of(request)}
    return render(request, "restricted.html", context, status=422 if form.errors else 200)


@require_role(Role.COMPLIANCE)
def openings(request: StaffRequest) -> HttpResponse:
    """Restricted accounts that were opened, by whom and why: those to review, or (``show=reviewed``) those reviewed."""
    reviewed, before = request.GET.get("show") == "reviewed", request.GET.get("before", "")
    after = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    found = openings_at(request.user, reviewed=reviewed, before=after, limit=_OPENINGS + 1)
    more = f"?show={'reviewed' if reviewed else 'open'}&before={found[_OPENINGS - 1].pk}" if len(found) > _OPENINGS else ""
    context = {"openings": found[:_OPENINGS], "reviewed": reviewed, "waiting": openings_to_review(request.user), "more": more}
    return render(request, "staff/openings.html", context | {"now": now()})


def _page_of(request: StaffRequest) -> str:
    """Where the person was when the account turned out to be restricted; only addresses of this site count."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return back if safe else "/"
