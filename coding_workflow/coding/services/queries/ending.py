"""Ends without an answer, and asking again."""

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account
from accounts.services.revisions import touch
from coding_workflow.coding.models import OPEN_STATUSES, ProviderQuery, QueryOutcome, QueryStatus

from .drafting import Wording, codes_in_force, draft_query
from .links import revoke_links
from .rights import lock_for_asking, lock_for_seeing_to, query_of, require_status
from .waiting import change_status, end_holds, give_back


@transaction.atomic
def withdraw_query(*, account_id: int, query_id: int, by: Actor, reason: str = "") -> ProviderQuery:
    """Take a query back, with words; or throw a draft away, without.

    Raises Refused ``query.no_reason``, Conflict ``query.moved_on`` once it is answered or ended.
    """
    account, query = lock_for_seeing_to(account_id=account_id, query_id=query_id, by=by)
    require_status(query, QueryStatus.DRAFT, QueryStatus.SENT)
    was_draft = query.status == QueryStatus.DRAFT
    why = "" if was_draft else _words(reason)
    change_status(query, QueryStatus.WITHDRAWN, ended_at=clock.now(), ended_why=why)
    history.record(account=account, kind="query.withdrawn", by=by, payload={"query": query.pk, "reason": why})
    if not was_draft:
        _release(account, query, by, f"Withdrawn: {why}")
    return query


@transaction.atomic
def close_without_response(*, account_id: int, query_id: int, by: Actor, reason: str) -> ProviderQuery:
    """A supervisor ends a query that nobody answers, or whose addendum never comes; coding goes on with what is documented.

    Raises NotAllowed ``query.role``, Refused ``query.no_reason``, Conflict ``query.moved_on``.
    """
    account, query = lock_for_seeing_to(account_id=account_id, query_id=query_id, by=by, supervisor=True)
    require_status(query, QueryStatus.SENT, QueryStatus.ANSWERED)
    why, outcome = _words(reason), query.outcome or QueryOutcome.NO_RESPONSE
    change_status(query, QueryStatus.CLOSED, outcome=outcome, ended_at=clock.now(), ended_why=why)
    history.record(account=account, kind="query.closed", by=by, payload={"query": query.pk, "reason": why, "outcome": outcome})
    _release(account, query, by, f"Closed: {why}")
    return query


def end_for_combining(*, account: Account, by: Actor) -> None:
    """End the open queries of a locked account that is being combined: its codes stay behind, and who codes the survivor
    asks again. An answer whose addendum is awaited goes on holding there, until a person has seen it in the record."""
    why = "The account was combined into another."
    for query in ProviderQuery.objects.filter(account=account, status__in=(QueryStatus.DRAFT, *OPEN_STATUSES)).order_by("pk"):
        answered, drafted = query.status == QueryStatus.ANSWERED, query.status == QueryStatus.DRAFT
        end = QueryStatus.CLOSED if answered else QueryStatus.WITHDRAWN
        change_status(query, end, ended_at=clock.now(), ended_why="" if drafted else why)
        kind = "query.closed" if answered else "query.withdrawn"
        history.record(account=account, kind=kind, by=by, payload={"query": query.pk, "reason": why})
        revoke_links(query.pk)
        if not answered:
            end_holds(account=account, query=query, by=by, resolution=why)


@transaction.atomic
def ask_again(*, account_id: int, query_id: int, by: Actor) -> ProviderQuery:
    """A new draft in the words of a query that was answered, closed or withdrawn; that one stays as it is.

    Raises Conflict ``query.moved_on`` while the query waits for its answer, and what ``draft_query`` raises.
    """
    account = lock_for_asking(account_id=account_id, by=by)
    query = query_of(account, query_id)
    require_status(query, QueryStatus.ANSWERED, QueryStatus.CLOSED, QueryStatus.WITHDRAWN)
    draft = draft_query(account_id=account_id, by=by, wording=_wording(query))
    history.record(account=account, kind="query.asked_again", by=by, payload={"query": draft.pk, "repeats": query.pk})
    return draft


def _wording(query: ProviderQuery) -> Wording:
    """The query's words, without codes that have left the account."""
    return Wording(
        kind=query.kind,
        reason=query.reason,
        subject=query.subject,
        text=query.text,
        options=tuple(query.options),
        indicators=tuple((each["version"], each["start"], each["end"]) for each in query.indicators),
        codes=tuple(codes_in_force(query.account_id) & set(query.codes)),
        provider_id=query.provider_id,
        template=query.template,
    )


def _words(reason: str) -> str:
    words = reason.replace("\x00", "").strip()[:300]
    if not words:
        raise Refused("query.no_reason", "Say why; the account's history keeps it.")
    return words


def _release(account: Account, query: ProviderQuery, by: Actor, why: str) -> None:
    revoke_links(query.pk)
    end_holds(account=account, query=query, by=by, resolution=why)
    give_back(account=account, query=query, by=by, why=f"{why} (query: {query.subject})")
    touch(account=account, what="query.ended", by=by)
