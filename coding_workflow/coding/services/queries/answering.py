"""Answers: by the provider through the link, or written down by the coder who heard or got them. One for each copy."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account
from accounts.services.revisions import touch
from coding_workflow.coding.models import (
    AnswerWay,
    ProviderQuery,
    QueryKind,
    QueryLink,
    QueryOutcome,
    QueryResponse,
    QueryStatus,
)
from coding_workflow.coding.queries import options_of
from coding_workflow.policy.selectors import policy_for

from .links import BY_LINK, live_links, revoke_links
from .rights import lock_for_seeing_to, query_of, require_status
from .waiting import change_status, end_holds, give_back, hold_for_addendum

_MOST_WORDS: Final = 4000


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it was given: the option as it reads (empty for an open question), words, and the name signed with."""

    choice: str
    words: str
    signed_name: str


@transaction.atomic
def answer_by_link(*, link_id: int, choice: str, words: str, signed_name: str) -> QueryResponse:
    """The provider's answer by a link that was opened before.

    Raises Conflict ``query.link_over`` when it is used, ended or locked by now; Refused as ``record_answer``.
    """
    found = QueryLink.objects.filter(pk=link_id).first()
    if found is None:
        raise Conflict("query.link_over", "This link no longer works.")
    account = lock_account(found.account_id)
    link = live_links(clock.now()).filter(pk=link_id).first()
    if link is None:
        raise Conflict("query.link_over", "This link no longer works: the query is answered, or was taken back.")
    query = query_of(account, link.query_id)
    said = _checked(query, Said(choice, words, signed_name))
    QueryLink.objects.filter(pk=link.pk).update(used_at=clock.now())
    return _take(account, query, said, AnswerWay.LINK, by=BY_LINK)


@transaction.atomic
def record_answer(
    *, account_id: int, query_id: int, by: Actor, way: str, choice: str, words: str, signed_name: str
) -> QueryResponse:
    """Write down what the provider said (``verbal``) or wrote (``written``); the link ends.

    Raises Conflict ``query.moved_on`` unless it waits for an answer; Refused ``answer.way``, ``answer.choice`` for an option that
    was not offered, ``answer.words`` where words are needed, ``answer.name`` without the provider's name.
    """
    account, query = lock_for_seeing_to(account_id=account_id, query_id=query_id, by=by)
    require_status(query, QueryStatus.SENT)
    if way not in (AnswerWay.VERBAL, AnswerWay.WRITTEN):
        raise Refused("answer.way", "Say how the answer reached you.")
    said = _checked(query, Said(choice, words, signed_name))
    return _take(account, query, said, way, by=by)


def _checked(query: ProviderQuery, said: Said) -> Said:
    choice, words, name = (text.replace("\x00", "").strip() for text in (said.choice, said.words, said.signed_name))
    stands_for = {text: option for option, text in options_of(query.kind, query.options)}
    if query.kind != QueryKind.OPEN and choice not in stands_for:
        raise Refused("answer.choice", "Choose one of the answers.")
    if query.kind == QueryKind.OPEN:
        choice = ""
    if not words and (query.kind == QueryKind.OPEN or stands_for[choice] == "other"):
        raise Refused("answer.words", "Write the answer in your own words.")
    if not name:
        raise Refused("answer.name", "Sign with your name.")
    if len(words) > _MOST_WORDS or len(name) > 120:
        raise Refused("answer.long", f"The answer can have {_MOST_WORDS:,} characters.")
    return Said(choice, words, name)


def outcome_of(query: ProviderQuery, choice: str) -> QueryOutcome:
    """What figures count: yes and each alternative agree, no disagrees, words alone are neither."""
    stands_for = {text: option for option, text in options_of(query.kind, query.options)}
    return {
        "supported": QueryOutcome.AGREED,
        "yes": QueryOutcome.AGREED,
        "no": QueryOutcome.DISAGREED,
        "undetermined": QueryOutcome.UNDETERMINED,
    }.get(stands_for.get(choice, "other"), QueryOutcome.OTHER)


def _take(account: Account, query: ProviderQuery, said: Said, way: str, *, by: Actor) -> QueryResponse:
    now, outcome = clock.now(), outcome_of(query, said.choice)
    response = QueryResponse.objects.create(
        facility_id=account.facility_id,
        account=account,
        query=query,
        way=way,
        outcome=outcome,
        choice=said.choice,
        words=said.words,
        signed_name=said.signed_name,
        heard_by_id=None if way == AnswerWay.LINK else by.person_id,
        answered_at=now,
    )
    revoke_links(query.pk)
    payload = {"query": query.pk, "response": response.pk, "outcome": outcome, "way": way, "provider": query.provider_id}
    history.record(account=account, kind="query.answered", by=by, payload=payload)
    _settle(account, query, outcome, by)
    touch(account=account, what="query.answered", by=by)
    return response


def _settle(account: Account, query: ProviderQuery, outcome: str, by: Actor) -> None:
    """Where queries are part of the legal record the answer ends the wait; else the signed addendum does."""
    now = clock.now()
    if policy_for(account.facility).query_is_legal_record:
        change_status(query, QueryStatus.CLOSED, outcome=outcome, answered_at=now, ended_at=now)
        end_holds(account=account, query=query, by=by, resolution="Answered; by policy the query is part of the legal record.")
        give_back(account=account, query=query, by=by, why=f"Query answered: {query.subject}")
        return
    change_status(query, QueryStatus.ANSWERED, outcome=outcome, answered_at=now)
    end_holds(account=account, query=query, by=by, resolution="Answered; the signed addendum is awaited.")
    hold_for_addendum(account=account, query=query, by=by)
    give_back(account=account, query=query, by=by, why=f"Query answered, the signed addendum is awaited: {query.subject}")
