"""The page itself: one address for page, record fragment and the poll while a check runs; answers of the actions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.coding.selectors import coded_record
from coding_workflow.coding.services import view_suggestion
from coding_workflow.release.services.checking import Judgement
from coding_workflow.staff.access import StaffRequest, is_polling, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.models import AccountDraft
from worklist.selectors.history import since
from worklist.selectors.queries import queries_of
from worklist.selectors.workspace import JOINED, Desk, desk
from worklist.selectors.workspace_claim import sides
from worklist.selectors.workspace_claim_codes import claim_codes_of
from worklist.selectors.workspace_codes import Codes, codes_pane
from worklist.selectors.workspace_drg import coded_now, what_it_did
from worklist.selectors.workspace_gate import gate_pane, is_checking, verdicts
from worklist.selectors.workspace_proposal import proposal_of
from worklist.selectors.workspace_record import Reader, RecordPane, record_pane
from worklist.selectors.workspace_suggestions import SuggestionLine, marks, suggested
from worklist.selectors.workspace_whole import whole_of
from worklist.templatetags.parts import Sending, seen_parts

from .reading import number

ACCOUNTS: Final = Account.objects.select_related(*JOINED)
#: Fields in which people write words.
_TYPED: Final = ("q", "quote", "reason", "note", "modifiers", "units", "claim_code", "first_day", "last_day", "amount")


@dataclass(frozen=True)
class Said:
    """What an action said: the sentence, the place of its form, and what was typed there, so that nothing is lost."""

    place: str = ""
    sentence: str = ""
    status: int = 200
    typed: Mapping[str, Any] = field(default_factory=QueryDict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> tuple[str, ...]:
        """The words that were typed, to be shown where their form is gone."""
        return tuple(words for name in _TYPED if (words := self.typed.get(name, "")))

    @classmethod
    def refused(cls, refusal: Refused, place: str, typed: Mapping[str, Any], **extra: Any) -> "Said":
        """The refusal's sentence at the place of the form."""
        return cls(place, refusal.sentence, refusal.status, typed, extra)


@require_role(*Role.values)
def account(request: StaffRequest, pk: int) -> HttpResponse:
    """The page; for htmx the record alone when that is what a link swaps, else all panes. A poll that finds the check
    still running answers 204 and changes nothing."""
    opened = open_account(request, pk, queryset=ACCOUNTS)
    if request.htmx and is_polling(request):
        return _polled(request, opened)
    _note_the_look(request, opened)
    if request.htmx and request.htmx.target == "record":
        frame, codes = _frame(request, opened), codes_pane(opened, coded_record(opened.pk, professional=opened.is_professional))
        pane = {"codes": codes, **_reading(request, frame["desk"], codes), "record_only": True}
        return _fragment(request, frame | pane, 200, "")
    return show(request, opened)


def _note_the_look(request: StaffRequest, opened: Account) -> None:
    """A suggestion's passage was gone to (``suggestion``). Who does not have the account, or comes too late, just reads:
    a look never takes free work."""
    chosen = number(request.GET.get("suggestion", ""))
    if chosen is None or not desk(opened, request.user).writes:
        return
    try:
        with transaction.atomic():
            view_suggestion(account_id=opened.pk, suggestion_id=chosen, by=Actor.person(request.user.pk))
    except Refused:
        return


def _polled(request: StaffRequest, opened: Account) -> HttpResponse:
    """A timer asks: nothing while a check runs; the head alone (who has the account) while nothing happened to it.

    When something arrived, every part but the foot: finalizing still says that something changed, until the coder acts.
    """
    watched = number(request.GET.get("watched", ""))
    if watched is None:
        return HttpResponse(status=204) if is_checking(opened) else show(request, opened)
    if watched == opened.event_sequence:
        return _fragment(request, _frame(request, opened) | {"head_only": True}, 200, "")
    arrived = since(opened, watched, but=request.user)
    for told in arrived:
        messages.info(request, f"Meanwhile, {told.who}: {told.sentence}.")
    return show(request, opened, Said(extra={"watching": True}))


def show(request: StaffRequest, opened: Account, said: Said | None = None, judgement: Judgement | None = None) -> HttpResponse:
    """All panes, as a page or as fragments; with what an action said. Judges once."""
    said = said or Said()
    context = panes(request, opened, judgement) | {"said": said, "draft": _draft(request, opened), **said.extra}
    response = _rendered(request, context, said)
    if said.place and f'id="said-{said.place}"' not in response.content.decode():
        # The form is gone with what was refused (another person has the account now): the head says it.
        moved = replace(said, place="head")
        return _rendered(request, context | {"said": moved}, moved)
    return response


def _rendered(request: StaffRequest, context: dict[str, Any], said: Said) -> HttpResponse:
    if request.htmx:
        return _fragment(request, context, said.status, f"said-{said.place}" if said.place else "")
    return render(request, "worklist/workspace/page.html", context | {"sending": Sending()}, status=said.status)


def _fragment(request: StaffRequest, context: dict[str, Any], status: int, told: str) -> HttpResponse:
    """The parts that the browser does not have as they are now."""
    sending = Sending(swap=True, seen=seen_parts(request.headers.get("X-Parts", "")), said=told)
    response = render(request, "worklist/workspace/_changed.html", context | {"swap": True, "sending": sending}, status=status)
    # Every part finds its own place; there is nothing for the control that asked.
    response["HX-Reswap"] = "none"
    return response


def panes(request: StaffRequest, opened: Account, judgement: Judgement | None = None) -> dict[str, Any]:
    """What every pane shows of an account, judged once."""
    written = coded_record(opened.pk, professional=opened.is_professional)
    found = verdicts(opened, written, judgement)
    codes = codes_pane(opened, written, found.titles)
    gate = gate_pane(opened, found, codes, request.user.roles_at(opened.facility_id))
    frame = _frame(request, opened)
    return frame | {
        "codes": codes,
        **_reading(request, frame["desk"], codes),
        "sides": sides(opened, written.abstract),
        "claim_codes": claim_codes_of(frame["desk"], written.claim_codes),
        "gate": gate,
        "coded": coded_now(codes, gate.drg),
        "drg_did": what_it_did(request.POST.get("coded", ""), codes, gate.drg),
        "queries": queries_of(opened),
        "proposal": proposal_of(frame["desk"], codes),
    }


def _reading(request: StaffRequest, at: Desk, codes: Codes) -> dict[str, Any]:
    """The record, and what the coder is offered from it."""
    lines = suggested(at, codes)
    going = number(request.GET.get("suggestion", "")) is not None
    return {"record": _record(request, at.account, codes, lines), "suggestions": lines, "going": going}


def _record(request: StaffRequest, opened: Account, codes: Codes, lines: tuple[SuggestionLine, ...]) -> RecordPane:
    """The record pane; opening a document is on record, and makes it read."""
    since = number(request.GET.get("since", ""))
    read = history.versions_read(request.user.pk, opened)
    pane = record_pane(opened, codes, Reader(chosen_document(request), since, read, marks(lines)))
    if pane.reading and request.method == "GET" and not is_polling(request):
        version = pane.reading.version.pk
        history.record_access(user_id=request.user.pk, kind="document.viewed", account=opened, version_id=version)
    return pane


def _draft(request: StaffRequest, opened: Account) -> dict[str, Any] | None:
    """What the person left typed, with what others did since; for the page only."""
    if request.htmx:
        return None
    left = AccountDraft.objects.filter(account=opened, user=request.user).first()
    if left is None:
        return None
    return {"fields": left.fields, "changed_at": left.changed_at, "since": since(opened, left.seen, but=request.user)}


def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """After an action that worked: fresh panes for htmx, else back to the page at the same document."""
    if request.htmx:
        return show(request, ACCOUNTS.get(pk=pk, facility_id__in=request.user.facility_ids()))
    return HttpResponse(status=303, headers={"Location": address(pk, chosen_document(request))})


def address(pk: int, document: int | None = None) -> str:
    """The account's page, at one of its documents."""
    page = reverse("worklist:account", args=[pk])
    return f"{page}?document={document}" if document else page


def chosen_document(request: StaffRequest) -> int | None:
    """Which document is open: named by the address, or by the form (``shown`` comes along with every htmx request)."""
    sent = request.POST if request.method == "POST" else request.GET
    return number(sent.get("shown", "")) or number(sent.get("document", ""))


def _frame(request: StaffRequest, opened: Account) -> dict[str, Any]:
    return {
        "account": opened,
        "desk": desk(opened, request.user),
        "whole": whole_of(opened, request.user),
        "polling": is_polling(request),
    }
