"""Links to a query: made once, stored as hashes, opened with what only the provider has, and counted.

Neither goes by mail: the link and its code are shown once to the person who made them, to be given to the provider by
two ways. A link alone opens nothing. With it go the code and the last four digits of the provider's NPI (or the family name
where no NPI is known); five wrong tries lock it. Whatever is wrong, the answer is the same.
"""

import datetime
import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import clock, history
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Provider
from coding_workflow.coding.models import ProviderQuery, QueryLink, QueryStatus
from coding_workflow.policy.selectors import policy_for

from .rights import lock_for_seeing_to, require_status

MOST_TRIES: Final = 5
#: How long what was opened may be answered without identifying oneself again.
OPENED: Final = datetime.timedelta(minutes=30)
#: Who acts when a link is opened or answered by: a provider signs in nowhere here.
BY_LINK: Final = Actor.system("query.link")
_TOKEN_BYTES: Final = 32
_CODE_DIGITS: Final = 8
_SALT: Final = "coding_workflow.coding.query_link"


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link as it is shown once. Neither token nor code can be read anywhere afterwards."""

    link: QueryLink
    token: str
    code: str


@dataclass(frozen=True, slots=True)
class Identified:
    """How identification went: ``link`` when it is the provider; ``left`` tries when not."""

    link: QueryLink | None
    left: int = 0


@transaction.atomic
def renew_link(*, account_id: int, query_id: int, by: Actor) -> NewLink:
    """Make another link; those made before no longer work. Raises Conflict ``query.moved_on`` unless it is sent."""
    account, query = lock_for_seeing_to(account_id=account_id, query_id=query_id, by=by)
    require_status(query, QueryStatus.SENT)
    made = make_link(account=account, query=query, by=by)
    history.record(account=account, kind="query.link_renewed", by=by, payload={"query": query.pk, "link": made.link.pk})
    return made


def make_link(*, account: Account, query: ProviderQuery, by: Actor) -> NewLink:
    """Make the one live link of a query, on a locked account."""
    revoke_links(query.pk)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    code = f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}d}"
    now = clock.now()
    link = QueryLink.objects.create(
        facility_id=account.facility_id,
        account=account,
        query=query,
        token_hash=_hash(token),
        code_hash=_code_hash(token, code),
        made_by_id=by.person_id,
        made_at=now,
        expires_at=now + datetime.timedelta(days=policy_for(account.facility).queries.link_days),
    )
    return NewLink(link, token, code)


def revoke_links(query_id: int) -> None:
    """End every link of a query that still works."""
    QueryLink.objects.filter(query_id=query_id, used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=clock.now())


def live_links(now: datetime.datetime) -> QuerySet[QueryLink]:
    """Links that still open: neither used, revoked, expired nor locked, to a query that waits for its answer."""
    rows = QueryLink.objects.filter(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now, wrong_tries__lt=MOST_TRIES)
    shown = ("query__provider", "query__sent", "account__facility", "account__patient")
    return rows.filter(query__status=QueryStatus.SENT).select_related(*shown)


def link_by_token(token: str) -> QueryLink | None:
    """The live link of a token, or None; changes nothing, so that a preview of the address costs no try."""
    return live_links(clock.now()).filter(token_hash=_hash(token)).first()


@transaction.atomic
def identify(*, token: str, code: str, who: str) -> Identified:
    """Whether this is the provider: right code, and right digits or name. A wrong try is counted and, the fifth, locks.

    Answers, never raises, so that the count is kept.
    """
    found = link_by_token(token)
    if found is None:
        return Identified(None)
    account = lock_account(found.account_id)
    link = live_links(clock.now()).filter(pk=found.pk).first()
    if link is None:
        return Identified(None)
    # Both are compared whatever the first says: time tells nothing.
    right = [constant_time_compare(_code_hash(token, _digits(code)), link.code_hash), _is_provider(link.query.provider, who)]
    if not all(right):
        return Identified(None, _count_wrong(account, link))
    _note_opening(account, link)
    return Identified(link)


def _count_wrong(account: Account, link: QueryLink) -> int:
    QueryLink.objects.filter(pk=link.pk).update(wrong_tries=F("wrong_tries") + 1)
    left = MOST_TRIES - link.wrong_tries - 1
    payload = {"query": link.query_id, "link": link.pk, "left": left}
    history.record(account=account, kind="query.link_locked" if left == 0 else "query.link_refused", by=BY_LINK, payload=payload)
    return left


def _note_opening(account: Account, link: QueryLink) -> None:
    now = clock.now()
    provider = {"query": link.query_id, "link": link.pk, "provider": link.query.provider_id}
    history.record_access(user_id=None, kind="query.opened_by_link", account=account, reason=f"link #{link.pk}")
    if link.opened_at is None:
        QueryLink.objects.filter(pk=link.pk).update(opened_at=now)
        ProviderQuery.objects.filter(pk=link.query_id, viewed_at__isnull=True).update(viewed_at=now)
        history.record(account=account, kind="query.viewed", by=BY_LINK, payload=provider)


def _is_provider(provider: Provider | None, who: str) -> bool:
    if provider is None:
        return False
    if provider.npi:
        return constant_time_compare(_digits(who), provider.npi[-4:])
    return constant_time_compare(who.strip().casefold(), provider.family_name.casefold())


def _digits(text: str) -> str:
    return "".join(each for each in text[:40] if each.isascii() and each.isdigit())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _code_hash(token: str, code: str) -> str:
    """Keyed by the secret key and the token: a copy of the table alone cannot be searched for codes."""
    return salted_hmac(_SALT, f"{token}:{code}", algorithm="sha256").hexdigest()
