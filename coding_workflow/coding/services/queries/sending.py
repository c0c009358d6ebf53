"""Sending a query: only what the linter passes, kept word for word."""

import hashlib
from typing import Any

from django.db import transaction

from accounts import chain, clock, history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, Provider
from accounts.services.revisions import touch
from coding_workflow.coding import queries
from coding_workflow.coding.models import ProviderQuery, QueryStatus, SentQuery
from coding_workflow.coding.queries.lint import REFERENCE

from .drafting import question_of, quotes_of
from .ladder import plan_next
from .links import NewLink, make_link
from .rights import lock_for_asking, query_of, require_status
from .waiting import change_status, hold_for_answer, leave_to_provider

_FORMAT = 1


@transaction.atomic
def send_query(*, account_id: int, query_id: int, by: Actor) -> NewLink:
    """Send a draft: an unchangeable copy, a hold on condition 2, the account left to the provider, and a link shown once.

    Raises Refused ``query.lint`` with what blocks, ``query.provider`` when nobody is named; Conflict ``query.moved_on``.
    """
    account = lock_for_asking(account_id=account_id, by=by)
    query = query_of(account, query_id)
    require_status(query, QueryStatus.DRAFT)
    provider = _require_sendable(query)
    now = clock.now()
    change_status(
        query, QueryStatus.SENT, asked_by=by.person_id, sent_at=now, ladder=0, outcome="", viewed_at=None, answered_at=None
    )
    sent = _copy(account, query, provider, by)
    payload = {"query": query.pk, "sha256": sent.sha256, "provider": query.provider_id}
    history.record(account=account, kind="query.sent", by=by, payload=payload)
    hold_for_answer(account=account, query=query, by=by)
    leave_to_provider(account=account, query=query, by=by)
    made = make_link(account=account, query=query, by=by)
    plan_next(account=account, query=query)
    touch(account=account, what="query.sent", by=by)
    return made


def _require_sendable(query: ProviderQuery) -> Provider:
    findings = queries.lint(question_of(query))
    blocking = [finding for finding in findings if finding.severity == "block"]
    if blocking:
        first, more = blocking[0], len(blocking) - 1
        words = f" (“{first.words}”)" if first.words else ""
        rest = f" And {more} more." if more else ""
        raise Refused("query.lint", f"Not sent: {first.why}{words}{rest}", fix="query")
    if query.provider is None:
        raise Refused("query.provider", "Not sent: choose the provider whose words are unclear.", fix="query")
    return query.provider


def _copy(account: Account, query: ProviderQuery, provider: Provider, by: Actor) -> SentQuery:
    document = chain.canonical(_document(account, query, provider, by))
    return SentQuery.objects.create(
        facility_id=account.facility_id,
        account=account,
        query=query,
        provider=provider,
        document=document,
        sha256=hashlib.sha256(document.encode()).hexdigest(),
        sent_by_id=by.person_id,
    )


def _document(account: Account, query: ProviderQuery, provider: Provider, by: Actor) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "query": query.pk,
        "account": account.number,
        "facility": account.facility.code,
        "provider": {"id": provider.pk, "name": str(provider), "npi": provider.npi},
        "asked_by": by.person_id,
        "sent_at": query.sent_at.isoformat() if query.sent_at else "",
        "reason": query.reason,
        "kind": query.kind,
        "template": query.template,
        "subject": query.subject,
        "question": query.text,
        "options": list(query.options),
        "indicators": quotes_of(query),
        "codes": list(query.codes),
        "practice": REFERENCE,
    }
