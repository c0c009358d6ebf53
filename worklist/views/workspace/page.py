"""The page itself: one address for page, record fragment and the poll while a check runs; answers of the actions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.coding.selectors import coded_record
from coding_workflow.release.services.checking import Judgement
from coding_workflow.staff.access import StaffRequest, is_polling, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.selectors.queries import queries_of
from worklist.selectors.workspace import JOINED, desk
from worklist.selectors.workspace_claim import sides
from worklist.selectors.workspace_codes import codes_pane
from worklist.selectors.workspace_gate import gate_pane, is_checking, verdicts
from worklist.selectors.workspace_record import record_pane

from .reading import number

ACCOUNTS: Final = Account.objects.select_related(*JOINED)
_DRG_SEEN: Final = "drg_seen"
#: Fields in which people write words.
_TYPED: Final = ("q", "quote", "reason", "note", "modifiers", "units")


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
    if request.htmx and is_polling(request) and is_checking(opened):
        return HttpResponse(status=204)
    if request.htmx and request.htmx.target == "record":
        codes = codes_pane(opened, coded_record(opened.pk))
        context = _frame(request, opened) | {"codes": codes, "record": record_pane(opened, codes, chosen_document(request))}
        return render(request, "worklist/workspace/_record.html", context)
    return show(request, opened)


def show(request: StaffRequest, opened: Account, said: Said | None = None, judgement: Judgement | None = None) -> HttpResponse:
    """All panes, as a page or as fragments; with what an action said. Judges once."""
    said = said or Said()
    context = panes(request, opened, judgement) | {"said": said, **said.extra}
    response = _rendered(request, context, said.status)
    if said.place and f'id="said-{said.place}"' not in response.content.decode():
        # The form is gone with what was refused (another person has the account now): the head says it.
        return _rendered(request, context | {"said": replace(said, place="head")}, said.status)
    return response


def _rendered(request: StaffRequest, context: dict[str, Any], status: int) -> HttpResponse:
    if not request.htmx:
        return render(request, "worklist/workspace/page.html", context, status=status)
    response = render(request, "worklist/workspace/_panes.html", context | {"swap": True}, status=status)
    # Every pane finds its own place; there is nothing for the control that asked.
    response["HX-Reswap"] = "none"
    return response


def panes(request: StaffRequest, opened: Account, judgement: Judgement | None = None) -> dict[str, Any]:
    """What every pane shows of an account, judged once."""
    written = coded_record(opened.pk)
    found = verdicts(opened, written, judgement)
    codes = codes_pane(opened, written, found.titles)
    gate = gate_pane(opened, found, codes, request.user.roles_at(opened.facility_id))
    return _frame(request, opened) | {
        "codes": codes,
        "record": record_pane(opened, codes, chosen_document(request)),
        "sides": sides(opened, written.abstract),
        "gate": gate,
        "queries": queries_of(opened),
        "drg_was": _drg_before(request, opened, gate.drg),
    }


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
    return {"account": opened, "desk": desk(opened, request.user), "polling": is_polling(request)}


def _drg_before(request: StaffRequest, opened: Account, drg: dict[str, str] | None) -> str:
    """The group as the person saw it last on this account, when it was another; kept in the session, never in the page."""
    now = drg["drg"] if drg else ""
    seen = request.session.get(_DRG_SEEN, [])
    before = str(seen[1]) if seen[:1] == [opened.pk] else ""
    if seen != [opened.pk, now]:
        request.session[_DRG_SEEN] = [opened.pk, now]
    return before if before != now else ""
