"""Queries to providers: read, draft, send, and see to those that were sent."""

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404
from django.urls import reverse
from rest_framework.response import Response

from accounts.models import Account
from coding_workflow.coding.models import OPEN_STATUSES, ProviderQuery
from coding_workflow.coding.services import queries as services
from coding_workflow.coding.services.queries import NewLink, Wording
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import Role

from .asking import ApiRequest
from .base import CODER, ApiView, versioned
from .coding import ReasonIn
from .evidence import Nothing
from .fields import Strict
from .paging import PageAsked, page, page_of
from .query_shapes import AnswerIn, DocumentIn, QueriesShape, QueryIn, QueryShape, SentShape
from .reaching import note, open_account, said_in_address
from .schema import operation

READS: Final = frozenset({Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.COMPLIANCE})
SEES_TO: Final = frozenset({Role.CODER, Role.SUPERVISOR})
SUPERVISOR: Final = frozenset({Role.SUPERVISOR})
OVERSEES: Final = frozenset({Role.SUPERVISOR, Role.COMPLIANCE})


QueriesPage = page_of("QueriesPage", QueryShape)


class OpenQueries(ApiView):
    """Open queries of the department."""

    roles = {"GET": OVERSEES}

    @operation("queries_open", "List open queries", answer=QueriesPage, asked=PageAsked)
    def get(self, request: ApiRequest) -> Response:
        """Queries that a provider still has to do something about, at your facilities, oldest first."""
        asked = said_in_address(request, PageAsked)
        note(request, "queries.viewed")
        rows = visible(_rows().filter(status__in=OPEN_STATUSES), request.user)
        return Response(page(rows, asked, lambda row: QueryShape(row).data, newest_first=False))


class Queries(ApiView):
    """An account's queries."""

    roles = {"GET": READS, "POST": CODER}

    @operation("queries_list", "List an account's queries", answer=QueriesShape)
    def get(self, request: ApiRequest, account: int) -> Response:
        """Drafts among them."""
        opened = open_account(request, account, "query.read")
        return versioned(QueriesShape({"rows": _rows().filter(account=opened).order_by("pk")}).data, opened.revision)

    @operation(
        "queries_draft", "Draft a query", body=QueryIn, answer=QueryShape, status=201, matches=True,
        example={"kind": "open", "reason": "unclear", "subject": "Type of heart failure", "text": "Please document its type."},
    )  # fmt: skip
    def post(self, request: ApiRequest, account: int) -> Response:
        """Kept as it is written; the linter judges it when it is sent."""
        open_account(request, account, "query.composed")
        wording = _wording(self.body(QueryIn))

        def draft() -> int:
            return int(services.draft_query(account_id=account, by=self.by(), wording=wording).pk)

        return self.change(account, draft, _told, 201)


class OneQuery(ApiView):
    """One query."""

    roles = {"GET": READS, "PUT": CODER}

    @operation("queries_read", "Read a query", answer=QueryShape)
    def get(self, request: ApiRequest, account: int, row: int) -> Response:
        """With its answer."""
        opened = open_account(request, account, "query.read")
        return versioned(QueryShape(_one(opened, row)).data, opened.revision)

    @operation("queries_rewrite", "Write a draft anew", body=QueryIn, answer=QueryShape, matches=True)
    def put(self, request: ApiRequest, account: int, row: int) -> Response:
        """Only while it is a draft: what was sent stays as it was."""
        _one(open_account(request, account, "query.composed"), row)
        wording = _wording(self.body(QueryIn))

        def rewrite() -> int:
            return int(services.draft_query(account_id=account, by=self.by(), wording=wording, query_id=row).pk)

        return self.change(account, rewrite, _told)


class SendQuery(ApiView):
    """Send a query."""

    roles = {"POST": CODER}

    @operation("queries_send", "Send a query", body=Nothing, answer=SentShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """Only what the linter passes. The account waits for the provider; the link and its code are told this once."""
        _one(open_account(request, account, "query.composed"), row)
        self.body(Nothing)
        made: list[NewLink] = []

        def send() -> int:
            made.append(services.send_query(account_id=account, query_id=row, by=self.by()))
            return row

        return self.change(account, send, lambda key: _sent(request, key, made))


class RenewLink(ApiView):
    """Another link."""

    roles = {"POST": SEES_TO}

    @operation("queries_link", "Make another link to a query", body=Nothing, answer=SentShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """Links made before no longer work; this one is told this once."""
        _one(open_account(request, account, "query.read"), row)
        self.body(Nothing)
        made: list[NewLink] = []

        def renew() -> int:
            made.append(services.renew_link(account_id=account, query_id=row, by=self.by()))
            return row

        return self.change(account, renew, lambda key: _sent(request, key, made))


class _SeeTo(ApiView):
    """What is done with a query that was sent."""

    def _do(self, account: int, row: int, act: Callable[..., Any], known: type[Strict]) -> Response:
        _one(open_account(self.request, account, "query.read"), row)
        said = self.body(known)

        def doing() -> int:
            act(account_id=account, query_id=row, by=self.by(), **said)
            return row

        return self.change(account, doing, _told)


class AnswerQuery(_SeeTo):
    """Write an answer down."""

    roles = {"POST": SEES_TO}

    @operation("queries_answer", "Write down a provider's answer", body=AnswerIn, answer=QueryShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """Told to you, or given in writing; the link ends."""
        return self._do(account, row, services.record_answer, AnswerIn)


class DocumentQuery(_SeeTo):
    """The answer stands in the record."""

    roles = {"POST": SEES_TO}

    @operation("queries_document", "Name the addendum that answers a query", body=DocumentIn, answer=QueryShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """A signed version of the account's record; the hold ends."""

        def document(*, version: int, **keys: Any) -> None:
            services.document_answer(**keys, version_id=version)

        return self._do(account, row, document, DocumentIn)


class WithdrawQuery(_SeeTo):
    """Withdraw a query."""

    roles = {"POST": SEES_TO}

    @operation("queries_withdraw", "Withdraw a query", body=ReasonIn, answer=QueryShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """With the reason; a draft is thrown away. The account goes back to its coder."""
        return self._do(account, row, services.withdraw_query, ReasonIn)


class CloseQuery(_SeeTo):
    """Close a query without an answer."""

    roles = {"POST": SUPERVISOR}

    @operation("queries_close", "Close a query without an answer", body=ReasonIn, answer=QueryShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """Coding goes on with what is documented."""
        return self._do(account, row, services.close_without_response, ReasonIn)


def _rows() -> Any:
    return ProviderQuery.objects.select_related("response")


def _one(opened: Account, row: int) -> ProviderQuery:
    found: ProviderQuery | None = _rows().filter(account=opened, pk=row).first()
    if found is None:
        raise Http404
    return found


def _told(row: int | None) -> dict[str, Any]:
    said: dict[str, Any] = QueryShape(_rows().get(pk=row)).data
    return said


def _sent(request: ApiRequest, row: int | None, made: list[NewLink]) -> dict[str, Any]:
    link = None
    if made:
        address = request.build_absolute_uri(reverse("worklist:answer", args=[made[0].token]))
        link = {"url": address, "code": made[0].code}
    return {"query": _told(row), "link": link}


def _wording(said: dict[str, Any]) -> Wording:
    return Wording(
        kind=said["kind"],
        reason=said["reason"],
        subject=said["subject"],
        text=said["text"],
        options=tuple(said["options"]),
        indicators=tuple((each["version"], each["start"], each["end"]) for each in said["passages"]),
        codes=tuple(said["codes"]),
        provider_id=said["provider"],
    )
