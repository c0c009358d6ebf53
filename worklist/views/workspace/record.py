"""The record: find words, link and unlink passages, confirm them on a newer version, find a document wanting."""

import re

from django.http import HttpResponse
from django.shortcuts import render

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account, Deficiency, DocumentVersion
from accounts.services.documents import record_deficiency, withdraw_deficiency
from coding_workflow.coding import services
from coding_workflow.coding.models import Evidence
from coding_workflow.staff.access import StaffRequest, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import workspace_record as selectors

from .acting import act
from .page import ACCOUNTS, Said, show
from .reading import number


@require_role(*Role.values, write=True)
def find(request: StaffRequest, pk: int) -> HttpResponse:
    """Where words stand in the record. A POST, so that words from a chart never reach an address or a log."""
    account = open_account(request, pk, kind="record.searched", queryset=ACCOUNTS)
    words = request.POST.get("words", "")[:100].replace("\0", "")
    found = {"found": selectors.find(account, words)}
    if request.htmx:
        return render(request, "worklist/workspace/_found.html", found | {"account": account})
    return show(request, account, Said(typed=request.POST, extra=found))


@require_role(Role.CODER, write=True)
def link(request: StaffRequest, pk: int) -> HttpResponse:
    """Link a passage to ``code``: by code-point positions with the selection's words, or by pasted words alone.

    ``do`` = cite links the document without a passage.
    """

    def linking(account: Account, by: Actor) -> None:
        version = _version(account, request)
        start, end = (None, None) if request.POST.get("do") == "cite" else _passage(version, request)
        services.link_evidence(account_id=pk, version_id=version.pk, by=by, start=start, end=end, **_code(request))

    return act(request, pk, "link", linking)


@require_role(Role.CODER, write=True)
def change_evidence(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """Unlink a passage, or (``do`` = confirm) link the same words on the document's newest version instead."""

    def change(account: Account, by: Actor) -> None:
        if request.POST.get("do") == "confirm":
            _confirm(account, row, by)
        services.unlink_evidence(account_id=pk, evidence_id=row, by=by)

    return act(request, pk, "link", change)


@require_role(Role.CODER, Role.SUPERVISOR, write=True)
def find_wanting(request: StaffRequest, pk: int) -> HttpResponse:
    """Record which of the six qualities the open document lacks."""

    def record(account: Account, by: Actor) -> None:
        version = _version(account, request)
        quality, note = request.POST.get("quality", ""), request.POST.get("note", "").strip()[:200]
        record_deficiency(account=lock_account(pk), version=version, quality=quality, note=note, by=by)

    return act(request, pk, "deficiency", record)


@require_role(Role.CODER, Role.SUPERVISOR, write=True)
def withdraw_wanting(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """Withdraw a deficiency that was recorded wrongly or is mended otherwise, with a reason."""

    def withdraw(account: Account, by: Actor) -> None:
        found = Deficiency.objects.filter(account=account, pk=row).first()
        if found is None:
            raise Refused("deficiency.unknown", "There is no such deficiency on this account.")
        reason = request.POST.get("reason", "")[:200]
        withdraw_deficiency(account=lock_account(pk), deficiency=found, by=by, reason=reason)

    return act(request, pk, f"wanting-{row}", withdraw)


def _version(account: Account, request: StaffRequest) -> DocumentVersion:
    key = number(request.POST.get("version", ""))
    version = DocumentVersion.objects.filter(account=account, pk=key).first() if key else None
    if version is None:
        raise Refused("evidence.document", "Open a document of this account first.")
    return version


def _code(request: StaffRequest) -> dict[str, int]:
    """The code a passage is for: ``dx-12`` or ``px-3``."""
    kind, _, key = request.POST.get("code", "").partition("-")
    row = number(key)
    if kind not in {"dx", "px"} or row is None:
        raise Refused("evidence.code", "Choose the code that the passage supports.")
    return {"diagnosis_id" if kind == "dx" else "procedure_id": row}


def _passage(version: DocumentVersion, request: StaffRequest) -> tuple[int, int]:
    quote = request.POST.get("quote", "").replace("\r\n", "\n").replace("\r", "\n")
    start, end = number(request.POST.get("start", "")), number(request.POST.get("end", ""))
    # Positions count only with the words they were taken from: edited words are searched for.
    if start is not None and end is not None and start < end and version.text[start:end] == quote:
        return start, end
    return passage_of(version.text, quote)


def passage_of(text: str, quote: str) -> tuple[int, int]:
    """Where the words stand, in code points, spaces and line ends being equal. Raises Refused when nowhere or twice."""
    words = quote.split()
    if not words:
        raise Refused("evidence.words", "Select the passage in the document, or paste its words.")
    places = [found.span() for found in re.finditer(r"\s+".join(map(re.escape, words)), text)]
    if not places:
        raise Refused("evidence.not_there", "These words do not stand in the open document; paste them as they are written.")
    if len(places) > 1:
        raise Refused("evidence.twice", f"These words stand {len(places)} times in the document; paste a longer passage.")
    return places[0]


def _confirm(account: Account, row: int, by: Actor) -> None:
    passage = Evidence.objects.filter(account=account, pk=row, unlinked_at__isnull=True).select_related("version").first()
    if passage is None:
        raise Refused("evidence.gone", "This passage is no longer linked.")
    newest = DocumentVersion.objects.filter(document=passage.version.document_id).order_by("-number")[0]
    start, end = passage_of(newest.text, passage.quote) if passage.quote else (None, None)
    services.link_evidence(
        account_id=account.pk,
        version_id=newest.pk,
        by=by,
        start=start,
        end=end,
        diagnosis_id=passage.diagnosis_id,
        procedure_id=passage.procedure_id,
    )
