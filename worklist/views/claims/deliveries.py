"""One release's final codes, and where a facility's go."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.payment import services
from coding_workflow.payment.host.message import MESSAGES
from coding_workflow.payment.models import Carrier, Delivery, Destination
from coding_workflow.payment.services.destinations import allowed
from coding_workflow.staff.access import StaffRequest, Unproven, fetch, is_polling, proof_address, require_proof, require_role
from coding_workflow.staff.models import Role
from worklist.selectors.deliveries import problem_words
from worklist.views.answers import go_to

from .lists import ASKS_AGAIN, READS

_FIELDS: Final = ("name", "where", "message", "receiving_application", "receiving_facility", "tls")


@require_role(*READS)
def delivery(request: StaffRequest, pk: int) -> HttpResponse:
    """What was sent, word for word, and what was answered; that it was read is written down."""
    return _page(request, _fetch(request, pk))


@require_role(*ASKS_AGAIN, write=True)
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Send refused codes once more."""
    one = _fetch(request, pk)
    try:
        services.send_again(delivery_id=one.pk, by=Actor.person(request.user.pk))
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, _fetch(request, pk), refusal)
    messages.success(request, "They are sent again within seconds.")
    return go_to(request, reverse("worklist:delivery", args=[one.pk]))


@require_role(Role.ADMINISTRATOR)
def destinations(request: StaffRequest) -> HttpResponse:
    """Where the final codes of each facility go."""
    places = [_place(facility) for facility in _administered(request)]
    return render(request, "worklist/claims/destinations.html", {"places": places})


@require_role(Role.ADMINISTRATOR)
def destination(request: StaffRequest, pk: int) -> HttpResponse:
    """The form, and choosing."""
    facility = _facility(request, pk)
    if request.method != "POST":
        return _form(request, facility, _as_chosen(facility))
    typed = {name: request.POST.get(name, "") for name in _FIELDS}
    carrier, _, address = typed["where"].partition(" ")
    try:
        require_proof(request)
        services.choose_destination(
            facility=facility,
            name=typed["name"],
            carrier=carrier,
            address=address,
            tls=typed["tls"] == "1",
            message=typed["message"],
            receiving_application=typed["receiving_application"],
            receiving_facility=typed["receiving_facility"],
            by=Actor.person(request.user.pk),
        )
    except NotAllowed as refusal:
        if not isinstance(refusal, Unproven):
            raise
        return _form(request, facility, typed, refusal)
    except Refused as refusal:
        return _form(request, facility, typed, refusal)
    messages.success(request, f"Final codes of {facility.name} go there from now on, where its policy says so.")
    return go_to(request, reverse("worklist:destinations"))


def _administered(request: StaffRequest) -> list[Facility]:
    facilities = Facility.objects.order_by("code")
    return [facility for facility in facilities if request.user.has_role(Role.ADMINISTRATOR, facility.pk)]


def _facility(request: StaffRequest, pk: int) -> Facility:
    found = next((facility for facility in _administered(request) if facility.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _place(facility: Facility) -> dict[str, Any]:
    chosen = Destination.objects.filter(facility=facility, active=True).first()
    return {"facility": facility, "destination": chosen, "carrier": Carrier(chosen.carrier).label if chosen else ""}


def _as_chosen(facility: Facility) -> dict[str, str]:
    chosen = Destination.objects.filter(facility=facility, active=True).first()
    if chosen is None:
        return {"message": MESSAGES[0]}
    return {
        "name": chosen.name,
        "where": f"{chosen.carrier} {chosen.address}",
        "message": chosen.message,
        "receiving_application": chosen.receiving_application,
        "receiving_facility": chosen.receiving_facility,
        "tls": "1" if chosen.tls else "",
    }


def _form(request: StaffRequest, facility: Facility, typed: dict[str, str], refusal: Refused | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "facility": facility,
        "typed": typed,
        "places": [(f"{carrier} {address}", f"{Carrier(carrier).label}: {address}") for carrier, address in allowed()],
        "message_kinds": MESSAGES,
        "sentence": refusal.sentence if refusal else "",
        "field": refusal.code.removeprefix("destination.") if refusal else "",
        "prove": proof_address(request.path) if isinstance(refusal, Unproven) else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "worklist/claims/destination.html", context, status=status)


def _fetch(request: StaffRequest, pk: int) -> Delivery:
    return fetch(Delivery.objects.select_related("account__patient", "destination", "release"), request.user, pk)


def _page(request: StaffRequest, one: Delivery, refusal: Refused | None = None) -> HttpResponse:
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="codes.viewed", account=one.account)
    context: dict[str, Any] = {
        "delivery": one,
        "lines": one.text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n"),
        "problem": problem_words(one),
        "may_send_again": one.state == "refused" and any(request.user.has_role(role, one.facility_id) for role in ASKS_AGAIN),
        "sentence": refusal.sentence if refusal else "",
    }
    return render(request, "worklist/claims/delivery.html", context, status=refusal.status if refusal else 200)
