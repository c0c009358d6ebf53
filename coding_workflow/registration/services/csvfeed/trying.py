"""What the rows of a file would do, found out by doing it and undoing all of it."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction

from accounts.models import Account
from accounts.scope import ALL, scoped
from coding_workflow.registration.csvfeed import rows
from coding_workflow.registration.models import InboundMessage, MessageStatus
from coding_workflow.registration.problem import Unreadable
from coding_workflow.registration.services.vetting import CSV_FILE, vet

from .taking import identity, import_row

#: Rows that are tried; they stand in one transaction, which others wait for.
MOST_ROWS: Final = 1_000
_DOES: Final = {
    "accounts": "Updates the account",
    "coverage": "Sets the payer",
    "documents": "Brings the document",
    "charges": "Posts the charge",
    "codes": "Proposes the code",
    "holds": "Places the hold, or lifts it",
}


@dataclass(frozen=True, slots=True)
class RowReport:
    """What one row would do. ``would`` is applied, waits, fails or nothing; words hold no values of the row."""

    line: int
    kind: str
    would: str
    does: str
    column: str = ""
    flags: tuple[str, ...] = ()


def try_csv(
    raw: bytes, *, feed: str = "csv", facility_ids: frozenset[int] | None = None, by: int | None = None
) -> tuple[RowReport, ...]:
    """The reports of a file's rows, at most a thousand; nothing is kept.

    ``facility_ids`` are those that the asker acts for: a row of another one is reported as unknown there. A file that cannot
    be read at all is one report.
    """
    try:
        vet(raw, CSV_FILE)
        found = rows.split(raw)
    except Unreadable as problem:
        return (RowReport(0, "", "fails", problem.sentence, problem.place),)
    with scoped(ALL):
        with transaction.atomic():
            reports = tuple(_try(line, row, feed, facility_ids, by) for line, row in found[:MOST_ROWS])
            transaction.set_rollback(True)
        return reports


def _try(line: int, raw: bytes, feed: str, facility_ids: frozenset[int] | None, by: int | None) -> RowReport:
    control_id, sha256 = identity(raw)
    here = InboundMessage.objects.filter(feed=feed, control_id=control_id, sha256=sha256, status=MessageStatus.APPLIED)
    if here.exists():
        return RowReport(line, here[0].type, "nothing", "Was applied before")
    newest = Account.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    message = import_row(raw, feed=feed, line=line, by=by)
    if facility_ids is not None and message.facility_id not in {*facility_ids, None}:
        return RowReport(line, message.type, "fails", "The facility is not one that you act for.", "facility")
    return _report(line, message, newest)


def _report(line: int, message: InboundMessage, newest: int) -> RowReport:
    flags = tuple(message.flags)
    if message.status == MessageStatus.FAILED:
        return RowReport(line, message.type, "fails", message.sentence, message.place, flags)
    if message.status == MessageStatus.PARKED:
        return RowReport(line, message.type, "waits", "Waits until the account is registered", "", flags)
    if message.type == "accounts" and (message.account_id or 0) > newest:
        return RowReport(line, message.type, "applied", "Registers a new account", "", flags)
    return RowReport(line, message.type, "applied", _DOES.get(message.type, "Is applied"), "", flags)
