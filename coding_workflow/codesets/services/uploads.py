"""An uploaded table: kept, read in the background, shown, and loaded only when a person says so."""

import datetime
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from django.db import transaction

from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import OutboxRow, OutboxState
from accounts.outbox import enqueue
from coding_workflow.codesets.codes import SYSTEMS
from coding_workflow.codesets.loaders import read_parts
from coding_workflow.codesets.models import TableUpload, UploadEvent, UploadState
from coding_workflow.staff.models import User
from coding_workflow.staff.selectors import administers

from .loading import load_table
from .periods import refuse_impossible_period
from .previewing import Difference, preview
from .storing import Incoming, forget, store, stored_parts

READ, LOAD = "codesets.read_upload", "codesets.load_upload"
ONLY_EVERYWHERE: Final = "Code tables judge the accounts of every facility: only administrators of every facility load them."


@transaction.atomic
def keep_upload(
    *,
    facility_id: int,
    system: str,
    starts: datetime.date,
    ends: datetime.date | None,
    files: Sequence[Incoming],
    by: Actor,
    label: str = "",
    take_over: bool = False,
) -> TableUpload:
    """Keep the files of one release and ask for them to be read. Nothing is loaded.

    Refused: no such table, an impossible period, no file. NotAllowed: see ``_require_right``, as in all that people do here.
    """
    _require_right(by)
    if system not in SYSTEMS:
        raise Refused("codes.system", f"“{system}” is not a table that can be loaded.")
    refuse_impossible_period(starts, ends)
    upload = TableUpload.objects.create(
        facility_id=facility_id,
        system=system,
        label=label,
        starts=starts,
        ends=ends,
        take_over=take_over,
        state=UploadState.READING,
        uploaded_by_id=by.person_id,
    )
    _keep(upload, files, "codes.uploaded", by)
    return upload


@transaction.atomic
def replace_files(*, upload_id: int, files: Sequence[Incoming], by: Actor) -> TableUpload:
    """Put other files in the place of those that were refused, or not yet loaded, and ask for them to be read."""
    _require_right(by)
    upload = _locked(upload_id, UploadState.REFUSED, UploadState.READY)
    forget(upload)
    upload.files.update(replaced=True)
    _become(upload, UploadState.READING)
    _keep(upload, files, "codes.replaced", by)
    return upload


@transaction.atomic
def read_upload(*, upload_id: int) -> None:
    """Read the files and compare them with the release before; the outbox calls this. Refused files are kept, with why."""
    upload = _in_state(upload_id, UploadState.READING)
    if upload is None:
        return
    try:
        with transaction.atomic():
            table = read_parts(upload.system, stored_parts(upload))
            change = preview(table=table, starts=upload.starts)
    except Refused as refusal:
        _refuse(upload, refusal)
        return
    _become(upload, UploadState.READY, difference=_plain(change, table.checksum))
    _note(upload, "codes.read")


@transaction.atomic
def ask_to_load(*, upload_id: int, seen: str, by: Actor) -> TableUpload:
    """A person has seen the difference and wants it loaded; ``seen`` is the ``seal`` of the upload they looked at.

    Conflict when the upload is not ready (any more), or other files were read since.
    """
    _require_right(by)
    upload = _locked(upload_id, UploadState.READY)
    if upload.seal != seen:
        raise Conflict("codes.upload_changed", "Other files were read since you looked; look at what they would change.")
    _become(upload, UploadState.LOADING)
    _note(upload, "codes.load_asked", by)
    enqueue(kind=LOAD, key=str(upload.pk), payload={"upload": upload.pk, "by": by.person_id})
    return upload


@transaction.atomic
def load_upload(*, upload_id: int, by: Actor) -> None:
    """Load what was read, the whole release or nothing; the outbox calls this."""
    upload = _in_state(upload_id, UploadState.LOADING)
    if upload is None:
        return
    try:
        done = load_table(
            table=read_parts(upload.system, stored_parts(upload)),
            by=by,
            label=upload.label,
            starts=upload.starts,
            ends=upload.ends,
            take_over=upload.take_over,
        )
    except Refused as refusal:
        _refuse(upload, refusal)
        return
    forget(upload)
    _become(upload, UploadState.LOADED, release=done.release)
    _note(upload, "codes.loaded")


@transaction.atomic
def discard_upload(*, upload_id: int, by: Actor) -> TableUpload:
    """Let an upload go that is refused, not loaded, or given up by the background; its bytes go, that it was there stays."""
    _require_right(by)
    stuck = () if _under_way(upload_id) else (UploadState.READING, UploadState.LOADING)
    upload = _locked(upload_id, UploadState.REFUSED, UploadState.READY, *stuck)
    forget(upload)
    _become(upload, UploadState.DISCARDED)
    _note(upload, "codes.discarded", by)
    return upload


def _require_right(by: Actor) -> None:
    """Raise NotAllowed ``codes.role``: a table judges every facility, so only administrators of all of them change it."""
    person = User.objects.filter(pk=by.person_id).first()
    if person is None or not administers(person, None):
        raise NotAllowed("codes.role", ONLY_EVERYWHERE)


def _keep(upload: TableUpload, files: Sequence[Incoming], kind: str, by: Actor) -> None:
    if not files:
        raise Refused("codes.no_file", "Choose the publisher's file.")
    store(upload, files)
    _note(upload, kind, by, ", ".join(name for name, _ in files)[:500])
    enqueue(kind=READ, key=str(upload.pk), payload={"upload": upload.pk})


def _in_state(upload_id: int, state: UploadState) -> TableUpload | None:
    """The upload, locked; None when this work was done already."""
    return TableUpload.objects.select_for_update().filter(pk=upload_id, state=state).first()


def _under_way(upload_id: int) -> bool:
    """Whether the background still has work on the upload, waiting or running."""
    open_states = (OutboxState.WAITING, OutboxState.LEASED)
    return OutboxRow.objects.filter(kind__in=(READ, LOAD), key=str(upload_id), state__in=open_states).exists()


def _locked(upload_id: int, *states: UploadState) -> TableUpload:
    """The upload, locked. Conflict in another state, and at once while the background holds it: a load takes minutes."""
    locked = TableUpload.objects.select_for_update(skip_locked=True).filter(pk=upload_id).first()
    upload = locked or TableUpload.objects.get(pk=upload_id)
    if locked is None or upload.state not in states:
        raise Conflict("codes.upload_state", f"This upload is {upload.get_state_display().lower()} now; look at it again.")
    return upload


def _refuse(upload: TableUpload, refusal: Refused) -> None:
    _become(upload, UploadState.REFUSED, said=refusal.sentence[:500])
    _note(upload, "codes.refused", said=refusal.sentence[:500])


def _become(upload: TableUpload, state: UploadState, **changes: Any) -> None:
    for name, value in {"said": "", "state": state, **changes}.items():
        setattr(upload, name, value)
    upload.save(update_fields=["state", "said", *(name for name in changes if name != "said")])


def _note(upload: TableUpload, kind: str, by: Actor | None = None, said: str = "") -> None:
    UploadEvent.objects.create(upload=upload, kind=kind, by_id=by.user_id if by else None, said=said)


def _plain(change: Difference, checksum: str) -> dict[str, Any]:
    return {
        "checksum": checksum,
        "against": change.previous.label if change.previous else "",
        "already": change.already,
        "rows": change.rows,
        "added": change.added,
        "deleted": change.deleted,
        "revised": change.revised,
        "samples": [asdict(each) for each in change.samples],
    }
