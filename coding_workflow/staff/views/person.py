"""One person: roles, competence, ways in, history."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.errors import Refused
from coding_workflow.staff import services
from coding_workflow.staff.access import StaffRequest, fetch, recently_proven, require_role
from coding_workflow.staff.forms import CompetenceForm, EndCompetenceForm, GrantRoleForm, ReasonForm, place_refusal
from coding_workflow.staff.models import Competence, Role, RoleGrant, User
from coding_workflow.staff.selectors import history_of, sign_ins_of


@require_role(Role.ADMINISTRATOR)
@recently_proven
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """What the person may do, and what was done about it."""
    return _page(request, fetch(User.objects.all(), request.user, pk))


@require_role(Role.ADMINISTRATOR, write=True)
@recently_proven
def grant_role(request: StaffRequest, pk: int) -> HttpResponse:
    """Give one more role."""
    found = fetch(User.objects.all(), request.user, pk)
    form = GrantRoleForm(request.POST, facilities=request.user.facility_ids())
    if _done(form, lambda values: services.grant_role(by=request.user, person=found, **values)):
        return _back(request, found, "The role is granted; it holds from the next page on.")
    return _page(request, found, status=422, role_form=form)


@require_role(Role.ADMINISTRATOR, write=True)
@recently_proven
def end_role(request: StaffRequest, pk: int) -> HttpResponse:
    """End one role."""
    grant = fetch(RoleGrant.objects.select_related("user", "facility"), request.user, pk)
    services.end_role(by=request.user, grant=grant)
    return _back(request, grant.user, "The role has ended.")


@require_role(Role.ADMINISTRATOR, write=True)
@recently_proven
def record_competence(request: StaffRequest, pk: int) -> HttpResponse:
    """Record competence for a type of coding."""
    found = fetch(User.objects.all(), request.user, pk)
    form = CompetenceForm(request.POST, facilities=request.user.facility_ids(), person=found)
    if _done(form, lambda values: services.record_competence(by=request.user, person=found, **values)):
        return _back(request, found, "The competence is recorded.")
    return _page(request, found, status=422, competence_form=form)


@require_role(Role.ADMINISTRATOR, write=True)
@recently_proven
def end_competence(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a competence end on a day."""
    competence = fetch(Competence.objects.select_related("user", "facility"), request.user, pk)
    form = EndCompetenceForm(request.POST)
    if _done(form, lambda values: services.end_competence(by=request.user, competence=competence, on=values["valid_to"])):
        return _back(request, competence.user, "The competence ends on that day.")
    return _page(request, competence.user, status=422, end_form=form, ending=competence.pk)


@require_role(Role.ADMINISTRATOR, write=True)
@recently_proven
def reset_password(request: StaffRequest, pk: int) -> HttpResponse:
    """A temporary password, shown this once."""
    found = fetch(User.objects.all(), request.user, pk)
    password = services.reset_password(by=request.user, person=found)
    return render(request, "staff/temporary_password.html", {"person": found, "password": password})


@require_role(Role.ADMINISTRATOR, write=True)
@recently_proven
def reset_totp(request: StaffRequest, pk: int) -> HttpResponse:
    """Remove a lost authenticator app."""
    found = fetch(User.objects.all(), request.user, pk)
    services.reset_totp(by=request.user, person=found)
    return _back(request, found, "The authenticator app is removed and all sessions have ended.")


@require_role(Role.ADMINISTRATOR, write=True)
@recently_proven
def end_sessions(request: StaffRequest, pk: int) -> HttpResponse:
    """End every session of the person."""
    found = fetch(User.objects.all(), request.user, pk)
    services.end_sessions(by=request.user, person=found)
    return _back(request, found, "All sessions of this person have ended.")


@require_role(Role.ADMINISTRATOR, write=True)
@recently_proven
def disable(request: StaffRequest, pk: int) -> HttpResponse:
    """Shut the person out; what they hold goes back."""
    found = fetch(User.objects.all(), request.user, pk)
    form = ReasonForm(request.POST)
    if _done(form, lambda values: services.disable_person(by=request.user, person=found, **values)):
        return _back(request, found, "The person is shut out and their open work is back in its queues.")
    return _page(request, found, status=422, reason_form=form)


@require_role(Role.ADMINISTRATOR, write=True)
@recently_proven
def enable(request: StaffRequest, pk: int) -> HttpResponse:
    """Let the person in again."""
    found = fetch(User.objects.all(), request.user, pk)
    services.enable_person(by=request.user, person=found)
    return _back(request, found, "The person may sign in again.")


def _done(form: Form, act: Any) -> bool:
    """Run the service with valid values; a refusal that names a field lands there, any other ends the request."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Refused as refusal:
        if refusal.fix not in form.fields:
            raise
        place_refusal(form, refusal)
        return False
    return True


def _back(request: StaffRequest, found: User, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("staff:person", found.pk)


def _page(request: StaffRequest, found: User, *, status: int = 200, **bound: Any) -> HttpResponse:
    facilities = request.user.facility_ids()
    grants = found.role_grants.filter(facility_id__in=facilities).select_related("facility", "granted_by")
    context = {
        "person": found,
        "grants": grants.order_by("ended_at", "facility__code", "role"),
        "competences": found.competences.filter(facility_id__in=facilities).select_related("facility", "supervisor"),
        "events": history_of(found),
        "sign_ins": sign_ins_of(found),
        "is_own": found.pk == request.user.pk,
        "requires_totp": settings.REQUIRE_TOTP,
        "role_form": GrantRoleForm(facilities=facilities),
        "competence_form": CompetenceForm(facilities=facilities, person=found),
        "end_form": EndCompetenceForm(),
        "reason_form": ReasonForm(),
        **bound,
    }
    return render(request, "staff/person.html", context, status=status)
