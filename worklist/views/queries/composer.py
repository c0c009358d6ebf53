"""The composer: a draft is written, checked as it is written, kept, and sent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, DocumentVersion
from coding_workflow.coding import queries
from coding_workflow.coding.models import ProviderQuery, QueryKind, QueryStatus
from coding_workflow.coding.queries.templates import BY_CODE, TEMPLATES
from coding_workflow.coding.services import queries as services
from coding_workflow.coding.services.queries import Wording
from coding_workflow.staff.access import StaffRequest, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import queries as selectors
from worklist.selectors.workspace_record import newest_versions
from worklist.views.answers import go_to
from worklist.views.workspace.page import ACCOUNTS, address
from worklist.views.workspace.reading import number
from worklist.views.workspace.record import passage_of

from . import form

_EMPTY: Final = Wording(kind="open", reason="unclear", subject="", text="")


@require_role(Role.CODER)
def new(request: StaffRequest, pk: int) -> HttpResponse:
    """An empty composer; a POST does what its button says. ``do`` = quote, sent from the record, begins with that passage."""
    return _composer(request, open_account(request, pk, kind="query.composed", queryset=ACCOUNTS), None)


@require_role(Role.CODER)
def edit(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """A draft. One that was sent meanwhile is shown on its own page."""
    account = open_account(request, pk, kind="query.composed", queryset=ACCOUNTS)
    draft = ProviderQuery.objects.filter(account=account, pk=row).first()
    if draft is None:
        raise Http404("There is no such record.")
    if draft.status != QueryStatus.DRAFT:
        return go_to(request, reverse("worklist:query" if draft.sent_at else "worklist:account", args=_keys(draft)))
    return _composer(request, account, draft)


def _keys(draft: ProviderQuery) -> list[int]:
    return [draft.account_id, draft.pk] if draft.sent_at else [draft.account_id]


def _composer(request: StaffRequest, account: Account, draft: ProviderQuery | None) -> HttpResponse:
    if request.method != "POST":
        begun = form.of_draft(draft) if draft else replace(_EMPTY, provider_id=account.attending_id)
        return _page(request, account, draft, begun)
    do = request.POST.get("do", "check")
    return _DOES.get(do, _check)(request, account, draft, form.of_post(request.POST, account))


Does = Callable[[StaffRequest, Account, ProviderQuery | None, Wording], HttpResponse]


def _check(request: StaffRequest, account: Account, draft: ProviderQuery | None, wording: Wording) -> HttpResponse:
    if request.htmx:
        context = {"findings": queries.lint(form.question(account, wording)), "account": account}
        return render(request, "worklist/queries/_lint.html", context)
    return _page(request, account, draft, wording)


def _template(request: StaffRequest, account: Account, draft: ProviderQuery | None, wording: Wording) -> HttpResponse:
    return _page(request, account, draft, form.with_template(wording, wording.template))


def _quote(request: StaffRequest, account: Account, draft: ProviderQuery | None, wording: Wording) -> HttpResponse:
    """Add a passage: by the positions of a selection with its words, or by pasted words alone; and keep the draft."""
    try:
        span = _passage(request, account)
        quoted = replace(wording, indicators=(*wording.indicators, span))
        return _keep(request, account, draft, quoted, said="")
    except Refused as refusal:
        if request.htmx:
            raise
        return _page(request, account, draft, wording, refusal, place="quote")


def _passage(request: StaffRequest, account: Account) -> form.Span:
    version = DocumentVersion.objects.filter(account=account, pk=number(request.POST.get("version", "")) or 0).first()
    if version is None:
        raise Refused("query.indicator", "Choose the document in which these words stand.")
    quote = request.POST.get("quote", "").replace("\r\n", "\n").replace("\r", "\n")
    start, end = number(request.POST.get("start", "")), number(request.POST.get("end", ""))
    if start is None or end is None or version.text[start:end] != quote or start >= end:
        start, end = passage_of(version.text, quote)
    return version.pk, start, end


def _save(request: StaffRequest, account: Account, draft: ProviderQuery | None, wording: Wording) -> HttpResponse:
    return _keep(request, account, draft, wording, said="The draft is kept.")


def _keep(request: StaffRequest, account: Account, draft: ProviderQuery | None, wording: Wording, said: str) -> HttpResponse:
    try:
        kept = _kept(request, account, draft, wording)
    except Refused as refusal:
        if request.htmx:
            raise
        return _page(request, account, draft, wording, refusal)
    if said:
        messages.success(request, said)
    return go_to(request, reverse("worklist:edit_query", args=[account.pk, kept.pk]))


def _kept(request: StaffRequest, account: Account, draft: ProviderQuery | None, wording: Wording) -> ProviderQuery:
    with transaction.atomic():
        by = Actor.person(request.user.pk)
        return services.draft_query(account_id=account.pk, by=by, wording=wording, query_id=draft.pk if draft else None)


def _send(request: StaffRequest, account: Account, draft: ProviderQuery | None, wording: Wording) -> HttpResponse:
    """Keep what was typed, then send it. What stops the sending is shown where it was written; the draft stays."""
    kept = draft
    try:
        kept = _kept(request, account, draft, wording)
        with transaction.atomic():
            made = services.send_query(account_id=account.pk, query_id=kept.pk, by=Actor.person(request.user.pk))
    except Refused as refusal:
        return _page(request, account, kept, wording, refusal, place="send")
    return show_link(request, account, made)


def show_link(request: StaffRequest, account: Account, made: services.NewLink) -> HttpResponse:
    """The one page on which a link and its code are seen."""
    url = request.build_absolute_uri(reverse("worklist:answer", args=[made.token]))
    context = {"account": account, "made": made, "url": url, "query": made.link.query}
    return render(request, "worklist/queries/link.html", context)


def _discard(request: StaffRequest, account: Account, draft: ProviderQuery | None, wording: Wording) -> HttpResponse:
    if draft is not None:
        services.withdraw_query(account_id=account.pk, query_id=draft.pk, by=Actor.person(request.user.pk))
        messages.success(request, "The draft is thrown away.")
    return go_to(request, address(account.pk))


_DOES: Final[dict[str, Does]] = {
    "check": _check,
    "template": _template,
    "quote": _quote,
    "save": _save,
    "send": _send,
    "discard": _discard,
}


def _page(
    request: StaffRequest,
    account: Account,
    draft: ProviderQuery | None,
    wording: Wording,
    refusal: Refused | None = None,
    place: str = "head",
) -> HttpResponse:
    name, keys = ("worklist:edit_query", [account.pk, draft.pk]) if draft else ("worklist:new_query", [account.pk])
    begun = bool(request.method == "POST" or draft)
    context: dict[str, Any] = {
        "account": account,
        "draft": draft,
        "wording": wording,
        "options": "\n".join(wording.options),
        "address": reverse(name, args=keys),
        "templates": TEMPLATES,
        "template": BY_CODE.get(wording.template),
        "reasons": queries.REASONS,
        "kinds": QueryKind.choices,
        "providers": selectors.providers(account),
        "passages": selectors.passages(account, wording.indicators),
        "codes": selectors.codes(account),
        "documents": newest_versions(account),
        "findings": queries.lint(form.question(account, wording)) if begun else None,
        "said": {"place": place, "sentence": refusal.sentence} if refusal else {},
        "typed": request.POST if refusal else {},
    }
    return render(request, "worklist/queries/composer.html", context, status=refusal.status if refusal else 200)
