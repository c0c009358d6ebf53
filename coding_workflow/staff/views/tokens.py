"""API tokens: one's own, those of a facility and its systems. A token's text is shown once, on the answer that makes it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.errors import Conflict, NotAllowed, Refused
from coding_workflow.staff import selectors, services
from coding_workflow.staff.access import StaffRequest, Unproven, proof_address, require_proof, require_role
from coding_workflow.staff.forms import place_refusal
from coding_workflow.staff.models import Role, User
from coding_workflow.staff.token_forms import AddSystemForm, MakeTokenForm


@require_role()
def mine(request: StaffRequest) -> HttpResponse:
    """My tokens, and making one."""
    return _tokens_of(request, request.user, reverse("staff:my_tokens"))


@require_role(Role.ADMINISTRATOR)
def system(request: StaffRequest, pk: int) -> HttpResponse:
    """A system of mine: its tokens, and making one."""
    found = selectors.systems_of(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such record.")
    return _tokens_of(request, found, reverse("staff:system", args=[pk]))


@require_role(Role.ADMINISTRATOR)
def every(request: StaffRequest) -> HttpResponse:
    """Every token at my facilities, and the systems that use some."""
    context = {"lines": selectors.tokens_at(request.user), "systems": selectors.systems_of(request.user)}
    return render(request, "staff/tokens.html", context)


@require_role(Role.ADMINISTRATOR)
def add_system(request: StaffRequest) -> HttpResponse:
    """The form, and on success the new system's page."""
    form = AddSystemForm(request.POST or None, facilities=request.user.facility_ids())
    if request.method == "POST" and form.is_valid():
        try:
            require_proof(request)
            made = services.create_system(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            return _form(request, form, refusal)
        messages.success(request, "The system is added. Make its token here.")
        return redirect("staff:system", made.pk)
    return _form(request, form)


@require_role(write=True)
def revoke(request: StaffRequest, pk: int) -> HttpResponse:
    """End a token; back to the list it was on."""
    token = selectors.reachable_tokens(request.user).filter(pk=pk).first()
    if token is None:
        raise Http404("There is no such record.")
    try:
        services.revoke_token(by=request.user, token=token)
        messages.success(request, "The token is revoked; it opens nothing from now on.")
    except Conflict as conflict:
        messages.info(request, conflict.sentence)
    return redirect("staff:my_tokens" if token.owner_id == request.user.pk else "staff:tokens")


def _form(request: StaffRequest, form: AddSystemForm, refusal: Refused | None = None) -> HttpResponse:
    context: dict[str, Any] = {"form": form}
    status = _place(form, refusal, context, reverse("staff:add_system")) if refusal else (422 if form.errors else 200)
    return render(request, "staff/add_system.html", context, status=status)


def _tokens_of(request: StaffRequest, owner: User, address: str) -> HttpResponse:
    facilities = owner.facility_ids() & request.user.facility_ids()
    form = MakeTokenForm(request.POST or None, owner=owner, facilities=facilities)
    context: dict[str, Any] = {"owner": owner, "is_own": owner.pk == request.user.pk, "address": address, "form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                require_proof(request)
                made, text = services.make_token(by=request.user, owner=owner, **form.cleaned_data)
            except Refused as refusal:
                status = _place(form, refusal, context, address)
            else:
                return render(request, "staff/token_made.html", {"token": made, "text": text, "address": address})
    return render(request, "staff/tokens_of.html", context | {"lines": selectors.tokens_of(owner)}, status=status)


def _place(form: Any, refusal: Refused, context: dict[str, Any], address: str) -> int:
    """Put the refusal where it is read; answers the status. A NotAllowed is raised again: no field mends it."""
    if isinstance(refusal, NotAllowed):
        raise refusal
    if isinstance(refusal, Unproven):
        context["prove"], context["sentence"] = proof_address(address), refusal.sentence
    else:
        place_refusal(form, refusal)
    return refusal.status
