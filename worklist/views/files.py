"""Files of messages: uploading one, dry or not, and how far it is."""

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_htmx.http import reswap, retarget

from accounts.errors import NotAllowed, Refused
from coding_workflow.registration.models import Delivery, DeliverySource, DeliveryState, Feed
from coding_workflow.registration.selectors import newest_files
from coding_workflow.registration.services import uploads
from coding_workflow.registration.services.uploads import UPLOADS
from coding_workflow.staff.access import StaffRequest, fetch, require_role
from coding_workflow.staff.forms import place_refusal
from coding_workflow.staff.models import Role
from coding_workflow.staff.uploads import was_too_large


class UploadForm(forms.Form):
    """Which feed, which file, for real or not."""

    feed = forms.ChoiceField(label="Feed", help_text="Its mapping reads the file.")
    file = forms.FileField(label="File", help_text="At most 20 MB.", allow_empty_file=True)
    dry = forms.BooleanField(
        label="Dry run", required=False, help_text=f"Tries the first {uploads.DRY} messages and undoes them: nothing is kept."
    )

    def __init__(self, *args: object, feeds: list[Feed], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["feed"].choices = [(str(feed.pk), f"{feed.title} ({feed.get_format_display()})") for feed in feeds]  # type: ignore[attr-defined]


@require_role(*UPLOADS)
def upload(request: StaffRequest) -> HttpResponse:
    """The form, or the file; it is imported in the background."""
    feeds = uploads.uploadable(request.user)
    form = UploadForm(request.POST or None, request.FILES or None, feeds=feeds)
    if was_too_large(request):
        form.add_error("file", "A file is at most 20 MB; send it in parts.")
    elif request.method == "POST" and form.is_valid():
        given: UploadedFile = form.cleaned_data["file"]
        feed_id, dry = int(form.cleaned_data["feed"]), form.cleaned_data["dry"]
        try:
            kept = uploads.keep_upload(
                feed_id=feed_id, name=given.name or "file", chunks=given.chunks(), dry=dry, by=request.user
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            place_refusal(form, refusal)
        else:
            return HttpResponseRedirect(reverse("worklist:message_file", args=[kept.pk]))
    administers = request.user.has_role(Role.ADMINISTRATOR)
    context = {"form": form, "feeds": feeds, "administers": administers, "files": newest_files(request.user)}
    return render(request, "worklist/imports/upload.html", context, status=422 if form.errors else 200)


@require_GET
@require_role(*UPLOADS, Role.COMPLIANCE)
def file(request: StaffRequest, pk: int) -> HttpResponse:
    """One file: how far it is, what became of its messages; for htmx only how far, and at last the whole."""
    found = fetch(Delivery.objects.select_related("feed", "by"), request.user, pk)
    context = {
        "delivery": found,
        "stuck": uploads.stuck(found),
        "under_way": found.state in {DeliveryState.WAITING, DeliveryState.RUNNING},
        "may_stop": found.source == DeliverySource.UPLOAD and any(request.user.has_role(role) for role in UPLOADS),
        "dry_bound": uploads.DRY,
    }
    if not request.htmx:
        return render(request, "worklist/imports/delivery.html", context)
    if context["under_way"] and not context["stuck"]:
        return render(request, "worklist/imports/_delivery_so_far.html", context)
    return reswap(retarget(render(request, "worklist/imports/_delivery.html", context), "#delivery"), "outerHTML")


@require_role(*UPLOADS, write=True)
def stop(request: StaffRequest, pk: int) -> HttpResponse:
    """Leave the rest of it."""
    found = fetch(Delivery.objects.all(), request.user, pk)
    try:
        uploads.stop_upload(delivery_id=found.pk, by=request.user)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return HttpResponseRedirect(reverse("worklist:message_file", args=[found.pk]))
