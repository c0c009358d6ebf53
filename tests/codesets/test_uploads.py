"""Uploading a code table: kept, read in the background, shown, and loaded only in a second step."""

import datetime
import gzip
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import clock
from accounts.models import OutboxRow
from coding_workflow.codesets import overview
from coding_workflow.codesets.codes import SYSTEMS
from coding_workflow.codesets.gaps import gaps
from coding_workflow.codesets.models import TableRelease, TableUpload, UploadPiece, UploadState
from coding_workflow.codesets.services import storing
from coding_workflow.codesets.services.uploads import ONLY_EVERYWHERE
from coding_workflow.outbox.services import drain
from coding_workflow.staff.models import Role, RoleGrant
from tests.codesets.test_ncci_loaders import ROW, published
from tests.security.browser import grow_old, signed_in

pytestmark = pytest.mark.django_db

LIST = b"code,description\n0450,Emergency\n0360,Operating room"
D = datetime.date


@pytest.fixture
def ada(cast):
    """Ada, who administers every facility, signed in."""
    RoleGrant.objects.create(user=cast.ada, facility=cast.other, role=Role.ADMINISTRATOR)
    return signed_in(cast.ada)


def _file(content=LIST, name="own.csv"):
    return SimpleUploadedFile(name, content)


def _give(client, *files, **fields):
    form = {"system": "REVENUE-CODE", "label": "2026", "starts": "2026-07-01", "ends": "", "files": list(files), **fields}
    return client.post(reverse("codesets:add_table"), form)


def _page(client, upload, htmx=False):
    return client.get(
        reverse("codesets:upload", args=[upload.pk]), headers={"HX-Request": "true"} if htmx else {}
    ).content.decode()


def _do(client, upload, what, **form):
    if what == "load_upload":
        form = {"seen": TableUpload.objects.get(pk=upload.pk).seal, **form}
    return client.post(reverse(f"codesets:{what}", args=[upload.pk]), form)


def _kinds(upload):
    return [event.kind for event in upload.events.all()]


def test_a_file_is_kept_read_shown_and_loaded_in_two_steps(ada, cast):
    answer = _give(ada, _file())
    upload = TableUpload.objects.get()
    assert answer.url == reverse("codesets:upload", args=[upload.pk])
    assert 'hx-trigger="every 2s"' in _page(ada, upload) and "Being read" in _page(ada, upload)
    part = _page(ada, upload, htmx=True)
    assert "In the background" in part and "<a " not in part and "Being read" not in part
    drain()
    last = ada.get(answer.url, headers={"HX-Request": "true"})
    assert (last["HX-Retarget"], last["HX-Reswap"]) == ("#upload", "outerHTML")
    page = _page(ada, upload)
    assert "2 added" in page and "0450" in page and "Emergency" in page and "every 2s" not in page
    assert TableRelease.objects.count() == 0, "looking loads nothing"
    _do(ada, upload, "load_upload")
    drain()
    upload.refresh_from_db()
    assert (upload.state, upload.release.rows, upload.release.loaded_by) == ("loaded", 2, cast.ada)
    assert _kinds(upload) == ["codes.uploaded", "codes.read", "codes.load_asked", "codes.loaded"]
    assert not UploadPiece.objects.exists(), "the bytes are not kept twice"


def test_loading_takes_a_young_proof_and_comes_back_to_what_was_shown(ada):
    _give(ada, _file())
    drain()
    upload = TableUpload.objects.get()
    grow_old(ada)
    shown = reverse("codesets:upload", args=[upload.pk])
    assert _do(ada, upload, "load_upload")["Location"] == f"/signin/again/?next={shown.replace('/', '%2F')}"
    upload.refresh_from_db()
    assert upload.state == UploadState.READY
    assert "Load this release" in _page(ada, upload)
    grow_old(ada, 60)
    _do(ada, upload, "load_upload")
    upload.refresh_from_db()
    assert upload.state == UploadState.LOADING


def test_a_refused_file_says_where_is_kept_and_can_be_replaced(ada):
    _give(ada, _file(b"code,description\n045,Emergency"))
    drain()
    upload = TableUpload.objects.get()
    assert "own.csv, line 2: “045” is not shaped like a code of REVENUE-CODE" in _page(ada, upload)
    assert UploadPiece.objects.exists()
    _do(ada, upload, "replace_files", files=[_file(name="mended.csv")])
    drain()
    page = _page(ada, upload)
    assert "Ready to load" in page and "mended.csv" in page and ">own.csv" not in page
    assert TableRelease.objects.count() == 0


def test_a_discarded_upload_loads_nothing_and_its_bytes_are_gone(ada):
    _give(ada, _file())
    drain()
    upload = TableUpload.objects.get()
    _do(ada, upload, "discard_upload")
    assert "Discarded" in _page(ada, upload) and not UploadPiece.objects.exists()
    _do(ada, upload, "load_upload")
    assert drain() == 0 and TableRelease.objects.count() == 0
    assert "This upload is discarded now" in _page(ada, upload)


def test_what_is_being_read_cannot_be_loaded_before_it_was_shown(ada):
    _give(ada, _file())
    _do(ada, TableUpload.objects.get(), "load_upload")
    drain()
    assert TableRelease.objects.count() == 0


def test_a_page_that_showed_other_files_loads_nothing(ada):
    _give(ada, _file())
    drain()
    upload = TableUpload.objects.get()
    shown = upload.seal
    assert f'name="seen" value="{shown}"' in _page(ada, upload)
    _do(ada, upload, "replace_files", files=[_file(LIST + b" suite")])
    drain()
    for seen in (shown, ""):
        _do(ada, upload, "load_upload", seen=seen)
        assert drain() == 0 and TableRelease.objects.count() == 0
    assert "Other files were read since you looked" in _page(ada, upload)


def test_an_administrator_of_one_facility_alone_looks_on(ada, cast):
    _give(ada, _file())
    drain()
    upload = TableUpload.objects.get()
    RoleGrant.objects.filter(facility=cast.other).update(ended_at=clock.now())
    for page in (reverse("codesets:tables"), reverse("codesets:add_table"), reverse("codesets:upload", args=[upload.pk])):
        shown = ada.get(page).content.decode()
        assert ONLY_EVERYWHERE in shown and "Load this release" not in shown and "Discard" not in shown
    _give(ada, _file())
    for what in ("load_upload", "replace_files", "discard_upload"):
        _do(ada, upload, what, files=[_file()])
    assert drain() == 0
    assert _kinds(TableUpload.objects.get()) == ["codes.uploaded", "codes.read"]


def test_administrators_of_every_facility_see_and_discard_what_any_of_them_gave(ada, cast):
    _give(ada, _file())
    drain()
    for facility in (cast.main, cast.other):
        TableUpload.objects.update(facility=facility)
        assert "Uploads that wait" in ada.get(reverse("codesets:tables")).content.decode()
    upload = TableUpload.objects.get()
    _do(ada, upload, "discard_upload")
    assert _kinds(upload)[-1] == "codes.discarded"


@pytest.mark.parametrize("state", [UploadState.READING, UploadState.LOADING])
def test_what_the_background_gave_up_can_be_discarded_and_nothing_else_at_work(ada, state):
    _give(ada, _file())
    upload = TableUpload.objects.get()
    if state == UploadState.LOADING:
        drain()
        _do(ada, upload, "load_upload")
    _do(ada, upload, "discard_upload")
    assert TableUpload.objects.get().state == state, "work is waiting"
    OutboxRow.objects.filter(key=str(upload.pk)).update(state="parked")
    assert "Discard this upload" in _page(ada, upload)
    _do(ada, upload, "discard_upload")
    assert TableUpload.objects.get().state == UploadState.DISCARDED


def test_a_load_that_another_release_forbids_is_refused_in_words(ada):
    for starts in ("2026-07-01", "2026-07-02"):
        _give(ada, _file(), starts=starts)
        drain()
        upload = TableUpload.objects.latest("pk")
        _do(ada, upload, "load_upload")
        drain()
    assert "“2026” of REVENUE-CODE is in force until further notice already" in _page(ada, upload)
    assert TableRelease.objects.count() == 1


def test_several_parts_of_a_set_are_read_out_of_the_database_as_streams(ada, monkeypatch):
    monkeypatch.setattr(storing, "PIECE", 50)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("ccioph-f1.txt", published(ROW))
    files = [_file(archive.getvalue(), "f1.zip"), _file(gzip.compress(published(ROW.replace("A4301", "G0101"))), "f2.txt.gz")]
    _give(ada, *files, system="NCCI-PTP-HOSPITAL", ends="2026-10-01")
    drain()
    upload = TableUpload.objects.get()
    assert upload.difference["added"] == 2 and upload.difference["rows"] == 2, upload.said
    assert UploadPiece.objects.count() > 4


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts": ""}, "This field is required"),
        ({"system": "ICD-11"}, "Select a valid choice"),
        ({"system": "MUE-HOSPITAL"}, "Give the first date on which this release is no longer in force"),
        ({"ends": "2026-06-01"}, "The period is empty"),
        ({"starts": "0001-01-01"}, "No code table began on 01/01/0001"),
        ({"files": []}, "Choose the publisher"),
        ({"files": [_file() for _ in range(21)]}, "at most 20 files"),
    ],
)
def test_a_form_that_is_not_right_says_so_and_keeps_nothing(ada, fields, words):
    answer = _give(ada, *fields.pop("files", [_file()]), **fields)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert TableUpload.objects.count() == UploadPiece.objects.count() == 0


def test_files_larger_than_the_bound_never_reach_the_database(ada, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    answer = _give(ada, _file(b"0" * (1024 * 1024 + 1)))
    assert answer.status_code == 422 and "larger than 1 MB together" in answer.content.decode()
    assert UploadPiece.objects.count() == 0


def test_a_name_with_signs_of_html_is_shown_as_text(ada):
    _give(ada, _file(name="<img src=x>.csv"), label="<b>Q3</b>")
    page = _page(ada, TableUpload.objects.get())
    assert "<img" not in page and "<b>Q3" not in page


def test_the_page_names_what_is_in_force_and_what_is_missing(ada, settings):
    settings.BUSINESS_DATE = D(2026, 9, 15)
    for starts, ends in (("2026-01-01", "2026-04-01"), ("2026-05-01", "2026-10-01")):
        _give(ada, _file(LIST + starts.encode()), starts=starts, ends=ends, label=f"from {starts}")
        drain()
        _do(ada, TableUpload.objects.latest("pk"), "load_upload")
        drain()
    page = ada.get(reverse("codesets:tables")).content.decode()
    assert "REVENUE-CODE for services from 04/01/2026 to 04/30/2026 is not loaded." in page
    assert "REVENUE-CODE for services from 10/01/2026 is not loaded." in page
    assert "from 2026-05-01" in page and "Ada" in page and TableRelease.objects.latest("pk").checksum[:12] in page
    assert page.count("Not loaded") == sum(len(systems) for _, systems in overview.GROUPS) - 1


def test_gaps_are_urgent_when_today_is_in_them_or_they_begin_soon():
    quarters = [(D(2026, 1, 1), D(2026, 4, 1)), (D(2026, 7, 1), D(2026, 10, 1))]
    assert [(gap.starts, gap.ends, gap.urgent) for gap in gaps(quarters, D(2026, 5, 1))] == [
        (D(2026, 4, 1), D(2026, 7, 1), True),
        (D(2026, 10, 1), None, False),
    ]
    assert [gap.urgent for gap in gaps(quarters, D(2026, 9, 1))] == [False, True]
    assert gaps([(D(2026, 1, 1), D(2026, 4, 1)), (D(2026, 4, 1), None)], D(2026, 5, 1)) == []


def test_every_table_that_can_be_loaded_is_on_the_page_once():
    listed = [system for _, systems in overview.GROUPS for system in systems]
    assert sorted(listed) == sorted(SYSTEMS)
