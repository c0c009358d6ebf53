"""CSV files: the columns of each kind, a file to begin with, and trying one without keeping anything."""

from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render

from accounts import history
from accounts.errors import Refused
from coding_workflow.registration.csvfeed import columns, rows
from coding_workflow.registration.services import try_csv
from coding_workflow.registration.services.csvfeed import RowReport
from coding_workflow.registration.services.csvfeed.trying import MOST_ROWS
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.uploads import was_too_large

from .imports import MENDS

#: Bytes of a file that is tried on the page; a larger one is tried by the command.
MOST_BYTES: Final = 2_000_000
_TITLES: Final = {
    "accounts": "Accounts", "coverage": "Coverage", "documents": "Documents", "charges": "Charges",
    "codes": "Codes of the opening load", "holds": "Holds of the opening load",
}  # fmt: skip


@require_role(*MENDS)
def csv_files(request: StaffRequest) -> HttpResponse:
    """The kinds with their columns; a file that was chosen is tried, and what each row would do is listed."""
    if request.method != "POST":
        return _page(request)
    file = request.FILES.get("file")
    history.record_access(user_id=request.user.pk, kind="imports.csv_tried")
    try:
        raw = _read(request, file)
    except Refused as refusal:
        return _page(request, sentence=refusal.sentence, status=refusal.status)
    reports = try_csv(raw, facility_ids=frozenset(request.user.facility_ids()), by=request.user.pk)
    return _page(request, reports=reports, name=(file.name or "") if file else "")


@require_role(*MENDS)
def template(request: StaffRequest) -> HttpResponse:
    """A file of one kind with its header and an example row; accounts unless another is asked for."""
    asked = request.GET.get("kind", "")
    kind = asked if asked in columns.KINDS else "accounts"
    answer = HttpResponse(rows.template(kind), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer


def _read(request: StaffRequest, file: UploadedFile | None) -> bytes:
    if was_too_large(request) or (file is not None and (file.size or 0) > MOST_BYTES):
        raise Refused("imports.file_too_large", "It is larger than 2 MB; try it with the command import_csv --dry-run.")
    if file is None:
        raise Refused("imports.no_file", "Choose the CSV file to try.")
    return file.read()


def _page(
    request: StaffRequest, reports: tuple[RowReport, ...] = (), name: str = "", sentence: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "kinds": [(kind, _TITLES[kind], list(columns.KINDS[kind])) for kind in columns.KINDS],
        "reports": reports,
        "counts": [(word, sum(report.would == word for report in reports)) for word in ("applied", "nothing", "waits", "fails")],
        "name": name,
        "sentence": sentence,
        "most_rows": MOST_ROWS,
    }
    return render(request, "worklist/imports/csv.html", context, status=status)
