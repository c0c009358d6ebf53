"""An account that waits for its coder, and what the tests of coding ask of it."""

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts import lifecycle
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account, DocumentVersion, Event, Step
from accounts.services.documents import receive_document
from accounts.services.work import open_work
from tests.cast import Cast

FEED = Actor.feed("TEST")
OUTPATIENT = {"patient_class": "emergency", "type_of_bill": "0131", "point_of_origin": "1", "admission_type": "1"}
TEXT = "Chest pain 😀 ruled out.\nNSTEMI, treated."


def to_code(cast: Cast, number: str = "A1", **fields: Any) -> Account:
    """At the coding step with open work that nobody has taken."""
    account = lock_account(cast.account(number, **fields).pk)
    for step in (Step.DISCHARGED, Step.CODING):
        lifecycle.move(account=account, to=step, by=FEED)
    open_work(account=account, kind="coding", by=FEED, coding_type=account.patient_class)
    return account


def document(account: Account, text: str = TEXT, source_id: str = "D1") -> DocumentVersion:
    """A signed discharge summary, or its next version."""
    at = datetime.datetime(2026, 9, 4, 12, tzinfo=datetime.UTC)
    return receive_document(
        account=lock_account(account.pk),
        source_id=f"{account.pk}-{source_id}",
        type="discharge_summary",
        title="Discharge summary",
        text=text,
        status="signed",
        by=FEED,
        author_role="attending",
        authored_at=at,
        signed_at=at,
    )


def refused(code: str, act: Callable[[], object]) -> Refused:
    """The refusal, which must carry this code and leave no event behind."""
    before = Event.objects.count()
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code
    assert Event.objects.count() == before
    return refusal.value


def payloads(kind: str) -> list[dict[str, Any]]:
    """What the events of a kind say, oldest first."""
    return [json.loads(text) for text in Event.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True)]


def revision_of(account: Account) -> int:
    return Account.objects.values_list("revision", flat=True).get(pk=account.pk)
