"""Webhooks for administrators: receivers, what each was told lately, keys that are shown once."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.errors import NotAllowed, Refused
from coding_workflow.staff.access import StaffRequest, Unproven, fetch, proof_address, require_proof, require_role
from coding_workflow.staff.forms import place_refusal
from coding_workflow.staff.models import Role
from worklist.models import Webhook
from worklist.webhooks import selectors, services
from worklist.webhooks.forms import AddWebhookForm


@require_role(Role.ADMINISTRATOR)
def webhooks(request: StaffRequest) -> HttpResponse:
    """The receivers, and adding one; the answer that adds it shows its key."""
    form = AddWebhookForm(request.POST or None, facilities=request.user.facility_ids())
    context: dict[str, Any] = {"form": form, "hosts": settings.WEBHOOK_HOSTS}
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            return _add(request, form)
        except NotAllowed:
            raise
        except Refused as refusal:
            status = refusal.status
            if isinstance(refusal, Unproven):
                context |= {"prove": proof_address(reverse("worklist:webhooks")), "sentence": refusal.sentence}
            else:
                place_refusal(form, refusal)
    return render(request, "worklist/webhooks/list.html", context | {"rows": selectors.webhooks(request.user)}, status=status)


def _add(request: StaffRequest, form: AddWebhookForm) -> HttpResponse:
    require_proof(request)
    said = form.cleaned_data
    made, key = services.add_webhook(
        by=request.user, facility=said["facility"], name=said["name"], url=said["url"], told_of=said["kinds"]
    )
    return _show_key(request, made, key)


@require_role(Role.ADMINISTRATOR)
def webhook(request: StaffRequest, pk: int) -> HttpResponse:
    """One receiver and its last deliveries."""
    return _page(request, _fetch(request, pk))


@require_role(Role.ADMINISTRATOR, write=True)
def change_key(request: StaffRequest, pk: int) -> HttpResponse:
    """A new key, shown this once."""
    found = _fetch(request, pk)
    try:
        require_proof(request)
        return _show_key(request, found, services.change_key(by=request.user, webhook=found))
    except Refused as refusal:
        return _refused(request, found, refusal)


@require_role(Role.ADMINISTRATOR, write=True)
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell it nothing more."""
    found = _fetch(request, pk)
    try:
        services.end_webhook(by=request.user, webhook=found)
    except Refused as refusal:
        return _refused(request, found, refusal)
    messages.success(request, "The webhook has ended; its receiver is told nothing more.")
    return redirect("worklist:webhooks")


def _fetch(request: StaffRequest, pk: int) -> Webhook:
    return fetch(Webhook.objects.select_related("facility", "made_by", "ended_by"), request.user, pk)


def _show_key(request: StaffRequest, made: Webhook, key: str) -> HttpResponse:
    return render(request, "worklist/webhooks/key.html", {"webhook": made, "key": key})


def _refused(request: StaffRequest, found: Webhook, refusal: Refused) -> HttpResponse:
    if isinstance(refusal, NotAllowed):
        raise refusal
    prove = proof_address(reverse("worklist:webhook", args=[found.pk])) if isinstance(refusal, Unproven) else ""
    return _page(request, found, refusal.sentence, refusal.status, prove)


def _page(request: StaffRequest, found: Webhook, sentence: str = "", status: int = 200, prove: str = "") -> HttpResponse:
    context = {
        "webhook": found,
        "kinds": selectors.kinds_of(found),
        "lines": selectors.deliveries(found),
        "sentence": sentence,
        "prove": prove,
    }
    return render(request, "worklist/webhooks/one.html", context, status=status)
