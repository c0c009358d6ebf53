"""Mail about queries: whether a facility reminds by it, where its providers are reminded, and what became of messages."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.errors import NotAllowed, Refused
from accounts.models import Facility, Provider
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.mailing import addresses, selectors, services
from worklist.views.answers import go_to
from worklist.views.queueing.reaching import chosen, number, reach


@require_role(*services.WRITES)
def query_mail(request: StaffRequest) -> HttpResponse:
    """The page."""
    return _page(request, chosen(request))


def _page(request: StaffRequest, facility: Facility, refusal: Refused | None = None, place: str = "") -> HttpResponse:
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="query_mail.viewed", facility=facility)
    setting = selectors.setting_of(facility)
    typed: dict[str, Any] = {"on": setting.on, "contact": setting.contact, "advisor": setting.advisor} if setting else {}
    if refusal and place == "setting":
        typed = {name: request.POST.get(name, "") for name in ("on", "contact", "advisor")}
    context = {
        "facility": facility,
        "facilities": Facility.objects.filter(pk__in=request.user.facility_ids()).order_by("name"),
        "setting": setting,
        # Administrators set mail up and do not read queries.
        "lists": request.user.has_role(Role.SUPERVISOR),
        "reads": request.user.has_role(Role.SUPERVISOR, facility.pk),
        "typed": typed,
        "installed": addresses.installed(),
        "domains": settings.QUERY_MAIL_DOMAINS,
        "sender": settings.QUERY_MAIL_FROM,
        "providers": selectors.providers(facility),
        "most": selectors.MOST_PROVIDERS,
        "mails": selectors.latest(facility, request.user),
        "said": {"place": place, "sentence": refusal.sentence, "fix": refusal.fix} if refusal else {},
        "typed_email": request.POST.get("email", ""),
    }
    return render(request, "worklist/queries/mail.html", context, status=refusal.status if refusal else 200)


@require_role(*services.WRITES, write=True)
def change_query_mail(request: StaffRequest, pk: int) -> HttpResponse:
    """Switch it on or off at a facility, or keep a provider's address; a refusal is shown at its form, with what was typed."""
    facility = reach(request, pk)
    provider = fetch(Provider.objects.all(), request.user, number(request, "provider")) if "provider" in request.POST else None
    try:
        if provider is not None:
            services.keep_address(by=request.user, provider=provider, email=request.POST.get("email", ""))
            said = f"Kept where {provider} is reminded."
        else:
            said = _set(request, facility)
    except Refused as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        return _page(request, facility, refusal, f"provider-{provider.pk}" if provider else "setting")
    messages.success(request, said)
    return go_to(request, f"{reverse('worklist:query_mail')}?at={facility.pk}")


def _set(request: StaffRequest, facility: Facility) -> str:
    sent = request.POST
    on = bool(sent.get("on"))
    given = {"contact": sent.get("contact", ""), "advisor": sent.get("advisor", "")}
    services.change_setting(by=request.user, facility=facility, on=on, **given)
    return "Reminders go out by mail from now on." if on else "No mail goes out. The reminders show on the pages as before."
