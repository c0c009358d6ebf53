"""Feeds: how each is doing, its settings, which facility its messages are for, and what its codes become."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.errors import NotAllowed, Refused
from coding_workflow.registration import selectors
from coding_workflow.registration.forms import FeedForm, MapForm, RouteForm, initial_of
from coding_workflow.registration.models import Feed, FeedKind
from coding_workflow.registration.services import feeds as services
from coding_workflow.registration.services import map_words
from coding_workflow.staff.access import StaffRequest, fetch, require_role
from coding_workflow.staff.forms import place_refusal
from coding_workflow.staff.models import Role


@require_GET
@require_role(Role.ADMINISTRATOR)
def feeds(request: StaffRequest) -> HttpResponse:
    """Every feed of the person's facilities: last message, today, silence, its process, what is on the list."""
    return render(request, "feeds/list.html", {"rows": selectors.rows(request.user)})


@require_role(Role.ADMINISTRATOR)
def new_feed(request: StaffRequest) -> HttpResponse:
    """Set one up."""
    form = FeedForm(request.POST or None, facilities=request.user.facility_ids())
    if request.method == "POST" and form.is_valid():
        try:
            feed = services.create_feed(code=form.cleaned_data["code"], settings=form.settings(), by=request.user)
        except NotAllowed:
            raise
        except Refused as refusal:
            place_refusal(form, refusal)
        else:
            messages.success(request, "The feed is set up.")
            return HttpResponseRedirect(_address(feed))
    return render(request, "feeds/edit.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@require_role(Role.ADMINISTRATOR)
def feed(request: StaffRequest, pk: int) -> HttpResponse:
    """One feed."""
    return _page(request, fetch(selectors.feeds(), request.user, pk))


@require_role(Role.ADMINISTRATOR)
def edit_feed(request: StaffRequest, pk: int) -> HttpResponse:
    """Its settings; the process follows by itself."""
    found = fetch(selectors.feeds(), request.user, pk)
    facilities = request.user.facility_ids()
    form = FeedForm(request.POST or None, facilities=facilities, known=True, initial=initial_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_feed(feed_id=found.pk, settings=form.settings(), by=request.user)
        except NotAllowed:
            raise
        except Refused as refusal:
            place_refusal(form, refusal)
        else:
            messages.success(request, "Saved. A running listener follows within seconds.")
            return HttpResponseRedirect(_address(found))
    context = {"form": form, "feed": found, "may_change": services.may_change(found, request.user)}
    return render(request, "feeds/edit.html", context, status=422 if form.errors else 200)


@require_role(Role.ADMINISTRATOR, write=True)
def add_route(request: StaffRequest, pk: int) -> HttpResponse:
    """A rule by which messages name a facility."""
    found = fetch(selectors.feeds(), request.user, pk)
    form = RouteForm(request.POST, feed=found)
    if form.is_valid():
        said = {"facility_id": int(form.cleaned_data.pop("facility")), **form.cleaned_data}
        try:
            services.add_route(feed_id=found.pk, by=request.user, **said)
        except NotAllowed:
            raise
        except Refused as refusal:
            place_refusal(form, refusal)
        else:
            messages.success(request, "Added.")
            return HttpResponseRedirect(f"{_address(found)}#routes")
    return _page(request, found, status=422, route_form=form)


@require_role(Role.ADMINISTRATOR, write=True)
def remove_route(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """Take a rule away."""
    found = fetch(selectors.feeds(), request.user, pk)
    services.remove_route(feed_id=found.pk, route_id=row, by=request.user)
    messages.success(request, "Removed. The history keeps what it said.")
    return HttpResponseRedirect(f"{_address(found)}#routes")


@require_role(Role.ADMINISTRATOR, write=True)
def put_map(request: StaffRequest, pk: int) -> HttpResponse:
    """Map a code, or map it anew."""
    found = fetch(selectors.feeds(), request.user, pk)
    form = MapForm(request.POST, feed=found)
    if form.is_valid():
        said = {"facility_id": int(form.cleaned_data.pop("facility")), **form.cleaned_data}
        try:
            services.put_map(feed_id=found.pk, by=request.user, **said)
        except NotAllowed:
            raise
        except Refused as refusal:
            place_refusal(form, refusal)
        else:
            messages.success(request, "Mapped. Messages that failed for it can be tried again under Imports.")
            return HttpResponseRedirect(f"{_address(found)}#maps")
    return _page(request, found, status=422, map_form=form)


@require_role(Role.ADMINISTRATOR, write=True)
def remove_map(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """Take a mapping away."""
    found = fetch(selectors.feeds(), request.user, pk)
    services.remove_map(feed_id=found.pk, map_id=row, by=request.user)
    messages.success(request, "Removed. The default holds again.")
    return HttpResponseRedirect(f"{_address(found)}#maps")


def _address(feed: Feed) -> str:
    return reverse("registration:feed", args=[feed.pk])


def _page(
    request: StaffRequest,
    found: Feed,
    *,
    status: int = 200,
    route_form: Form | None = None,
    map_form: Form | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "feed": found,
        "row": selectors.row(found),
        "listens": found.kind == FeedKind.MLLP,
        "watches": found.kind == FeedKind.FOLDER,
        "routes": found.routes.select_related("facility"),
        "maps": selectors.maps(found),
        "events": selectors.events(found),
        "files": selectors.deliveries(found),
        "may_change": services.may_change(found, request.user),
        "route_form": route_form or RouteForm(feed=found),
        "map_form": map_form or MapForm(feed=found),
        "words": map_words.suggestions(),
    }
    return render(request, "feeds/one.html", context, status=status)
