"""An account with a record to ask about, and queries at every point of their way."""

import datetime
from typing import Any

from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, DocumentVersion, Provider
from accounts.services.documents import receive_document
from coding_workflow.coding.models import ProviderQuery, QueryLink
from coding_workflow.coding.services import queries as services
from coding_workflow.coding.services.queries import NewLink, Wording
from tests.cast import Cast
from tests.coding.stage import FEED, to_code

NOTE = "Day 1: SpO2 84 % on room air 😀, breathing rate 32. BiPAP for 6 hours.\nCOPD exacerbation, treated."
PASSAGE = "SpO2 84 % on room air 😀, breathing rate 32. BiPAP for 6 hours."
OPTIONS = ("Acute respiratory failure with hypoxia", "Hypoxemia without respiratory failure", "Other", "Unable to determine")
NPI_END = "7893"


def note(account: Account, text: str = NOTE, **more: Any) -> DocumentVersion:
    """A signed progress note of the attending physician."""
    at = datetime.datetime(2026, 9, 2, 12, tzinfo=datetime.UTC)
    values = {
        "source_id": f"{account.pk}-N1",
        "type": "progress_note",
        "title": "Progress note",
        "status": "signed",
        "author": account.attending,
        "author_role": "attending",
        "authored_at": at,
        "signed_at": at,
        **more,
    }
    return receive_document(account=lock_account(account.pk), text=text, by=FEED, **values)


def asked_about(cast: Cast, number: str = "A1", **fields: Any) -> Account:
    """At the coding step, with a note whose words want a question."""
    account = to_code(cast, number, **fields)
    note(account)
    return account


def wording(account: Account, **changes: Any) -> Wording:
    """A compliant query about the note."""
    version = DocumentVersion.objects.filter(account=account).earliest("pk")
    start = NOTE.index(PASSAGE)
    values: dict[str, Any] = {
        "kind": "multiple_choice",
        "reason": "treatment",
        "subject": "Condition treated by breathing support",
        "text": "Breathing support was given with the findings quoted. Which condition was treated by it?",
        "options": OPTIONS,
        "indicators": ((version.pk, start, start + len(PASSAGE)),),
        "provider_id": account.attending_id,
        "template": "breathing",
    }
    return Wording(**{**values, **changes})


def draft(account: Account, by: Actor, **changes: Any) -> ProviderQuery:
    return services.draft_query(account_id=account.pk, by=by, wording=wording(account, **changes))


def send(account: Account, by: Actor, **changes: Any) -> NewLink:
    query = draft(account, by, **changes)
    return services.send_query(account_id=account.pk, query_id=query.pk, by=by)


def opened(made: NewLink) -> QueryLink:
    """The link after the provider identified herself."""
    said = services.identify(token=made.token, code=made.code, who=NPI_END)
    assert said.link is not None
    return said.link


def answer(made: NewLink, choice: str = OPTIONS[0], words: str = "", name: str = "Wanda Ward MD") -> Any:
    return services.answer_by_link(link_id=made.link.pk, choice=choice, words=words, signed_name=name)


def other_provider(cast: Cast, **fields: Any) -> Provider:
    return Provider.objects.create(
        facility=cast.main, source_id="DR2", **{"family_name": "Okafor", "npi": "1111111112", **fields}
    )
