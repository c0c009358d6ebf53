"""Loading code tables: what is loaded, files in, what they would change, and the second step that loads them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_htmx.http import reswap, retarget

from accounts import clock
from accounts.actors import Actor
from accounts.errors import Refused
from coding_workflow.staff.access import StaffRequest, fetch, is_proven, proof_address, require_role
from coding_workflow.staff.forms import place_refusal
from coding_workflow.staff.models import Role
from coding_workflow.staff.selectors import administers
from coding_workflow.staff.uploads import largest_upload, was_too_large

from . import overview, services
from .forms import UploadForm
from .models import TableUpload
from .services.storing import Incoming
from .services.uploads import ONLY_EVERYWHERE

MOST_FILES = 20


@require_GET
@require_role(Role.ADMINISTRATOR)
def tables(request: StaffRequest) -> HttpResponse:
    """Every table with its releases and gaps, and the uploads that wait."""
    context = {
        "groups": overview.shelves(clock.today()),
        "uploads": overview.unfinished(request.user.facility_ids()),
        "today": clock.today(),
        **_right(request),
    }
    return render(request, "codesets/tables.html", context)


@require_role(Role.ADMINISTRATOR)
def add_table(request: StaffRequest) -> HttpResponse:
    """The form for the files of one release; they are kept and read in the background, nothing is loaded yet."""
    form = UploadForm(request.POST or None, initial={"system": request.GET.get("system", "")})
    if request.method == "POST" and form.is_valid():
        try:
            upload = services.keep_upload(
                facility_id=sorted(request.user.facility_ids())[0],
                files=_files(request),
                by=Actor.person(request.user.pk),
                **form.cleaned_data,
            )
        except Refused as refusal:
            place_refusal(form, refusal)
        else:
            return HttpResponseRedirect(reverse("codesets:upload", args=[upload.pk]))
    context = {"form": form, "largest": largest_upload(), **_right(request)}
    return render(request, "codesets/add_table.html", context, status=422 if form.errors else 200)


@require_GET
@require_role(Role.ADMINISTRATOR)
def upload(request: StaffRequest, pk: int) -> HttpResponse:
    """One upload: how far it is, what it would change, or why it was refused; for htmx how far it is, at last the whole."""
    found = fetch(overview.uploads(), request.user, pk)
    return _so_far(request, found) if request.htmx else render(request, "codesets/upload.html", _context(request, found))


@require_role(Role.ADMINISTRATOR, write=True)
def load_upload(request: StaffRequest, pk: int) -> HttpResponse:
    """The second step: load what was shown. Takes a young proof of who it is; the person comes back to what was shown."""
    if not is_proven(request):
        return HttpResponseRedirect(proof_address(reverse("codesets:upload", args=[pk])))
    seen = request.POST.get("seen", "")
    return _done(request, pk, lambda key, by: services.ask_to_load(upload_id=key, seen=seen, by=by))


@require_role(Role.ADMINISTRATOR, write=True)
def discard_upload(request: StaffRequest, pk: int) -> HttpResponse:
    """Let it go."""
    return _done(request, pk, lambda key, by: services.discard_upload(upload_id=key, by=by))


@require_role(Role.ADMINISTRATOR, write=True)
def replace_files(request: StaffRequest, pk: int) -> HttpResponse:
    """Other files for the same release."""
    return _done(request, pk, lambda key, by: services.replace_files(upload_id=key, files=_files(request), by=by))


def _done(request: StaffRequest, pk: int, do: Callable[[int, Actor], TableUpload]) -> HttpResponse:
    found = fetch(overview.uploads(), request.user, pk)
    try:
        do(found.pk, Actor.person(request.user.pk))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return HttpResponseRedirect(reverse("codesets:upload", args=[found.pk]))


def _so_far(request: StaffRequest, found: TableUpload) -> HttpResponse:
    """Only what changes while the background works, so that nothing is taken from under the person's hands."""
    context = _context(request, found)
    progress: overview.Progress | None = context["progress"]
    if progress and not progress.stuck:
        return render(request, "codesets/_so_far.html", context)
    return reswap(retarget(render(request, "codesets/_upload.html", context), "#upload"), "outerHTML")


def _context(request: StaffRequest, found: TableUpload) -> dict[str, Any]:
    return {
        "upload": found,
        "files": found.files.filter(replaced=False),
        "events": found.events.select_related("by"),
        "progress": overview.progress(found),
        "changes": overview.changes(found),
        "largest": largest_upload(),
        **_right(request),
    }


def _right(request: StaffRequest) -> dict[str, Any]:
    """Whether the person may load tables, and the sentence for those who may not."""
    return {"may_load": administers(request.user, None), "only_everywhere": ONLY_EVERYWHERE}


def _files(request: StaffRequest) -> list[Incoming]:
    """What was chosen, to be read in chunks. Refused: larger than allowed, or too many files."""
    chosen: list[UploadedFile] = request.FILES.getlist("files")
    if was_too_large(request):
        raise Refused(
            "codes.too_large", f"The files are larger than {largest_upload()} together. Give them packed (zip or gzip)."
        )
    if len(chosen) > MOST_FILES:
        raise Refused("codes.many_files", f"Choose at most {MOST_FILES} files; a zip counts as one.")
    return [(file.name or "file", file.chunks()) for file in chosen]
