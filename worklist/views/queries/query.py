"""One query that was sent: what was asked, what was answered, its way, and what may be done with it."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.coding.models import AnswerWay, ProviderQuery
from coding_workflow.coding.services import queries as services
from coding_workflow.staff.access import StaffRequest, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import queries as selectors
from worklist.views.answers import go_to
from worklist.views.workspace.page import ACCOUNTS
from worklist.views.workspace.reading import number

from .composer import show_link

READS: Final = (Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.COMPLIANCE)
SEES_TO: Final = (Role.CODER, Role.SUPERVISOR)
_SAID: Final = {
    "answer": "The answer is written down.",
    "document": "The answer stands in the record; the hold is ended.",
    "withdraw": "The query is withdrawn; the account is back with its coder.",
    "close": "The query is closed; the account is back with its coder.",
}


@require_role(*READS)
def query(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """The page."""
    account = open_account(request, pk, kind="query.read", queryset=ACCOUNTS)
    return _page(request, account, _sent(account, row))


@require_role(*SEES_TO, write=True)
def change(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """``do``: link, answer, document, withdraw, close, again. A refusal is shown at its form, with what was typed."""
    account = open_account(request, pk, kind="query.read", queryset=ACCOUNTS)
    found, do = _sent(account, row), request.POST.get("do", "")
    act = _ACTS.get(do)
    if act is None:
        return _page(request, account, found)
    try:
        with transaction.atomic():
            done = act(request, {"account_id": account.pk, "query_id": found.pk, "by": Actor.person(request.user.pk)})
    except Refused as refusal:
        return _page(request, account, _sent(account, row), refusal, do)
    if isinstance(done, services.NewLink):
        return show_link(request, account, done)
    if do == "again" and isinstance(done, ProviderQuery):
        return go_to(request, reverse("worklist:edit_query", args=[account.pk, done.pk]))
    messages.success(request, _SAID[do])
    return go_to(request, reverse("worklist:query", args=[account.pk, found.pk]))


def _link(request: StaffRequest, keys: dict[str, Any]) -> object:
    return services.renew_link(**keys)


def _answer(request: StaffRequest, keys: dict[str, Any]) -> object:
    sent = request.POST
    choice, words, name = (sent.get(each, "") for each in ("choice", "words", "signed_name"))
    return services.record_answer(**keys, choice=choice, words=words, signed_name=name, way=sent.get("way", ""))


def _document(request: StaffRequest, keys: dict[str, Any]) -> object:
    return services.document_answer(**keys, version_id=number(request.POST.get("version", "")) or 0)


def _withdraw(request: StaffRequest, keys: dict[str, Any]) -> object:
    return services.withdraw_query(**keys, reason=request.POST.get("reason", ""))


def _close(request: StaffRequest, keys: dict[str, Any]) -> object:
    return services.close_without_response(**keys, reason=request.POST.get("reason", ""))


def _again(request: StaffRequest, keys: dict[str, Any]) -> object:
    return services.ask_again(**keys)


_ACTS: Final[dict[str, Callable[[StaffRequest, dict[str, Any]], object]]] = {
    "link": _link,
    "answer": _answer,
    "document": _document,
    "withdraw": _withdraw,
    "close": _close,
    "again": _again,
}


def _sent(account: Account, row: int) -> ProviderQuery:
    found = selectors.sent_queries().filter(account=account, pk=row).first()
    if found is None:
        raise Http404("There is no such record.")
    return found


def _page(
    request: StaffRequest, account: Account, found: ProviderQuery, refusal: Refused | None = None, place: str = ""
) -> HttpResponse:
    context = {
        "account": account,
        "page": selectors.query_page(found, account, request.user),
        "ways": [(value, words) for value, words in AnswerWay.choices if value != AnswerWay.LINK],
        "said": {"place": place, "sentence": refusal.sentence} if refusal else {},
        "typed": request.POST if refusal else {},
    }
    return render(request, "worklist/queries/query.html", context, status=refusal.status if refusal else 200)
