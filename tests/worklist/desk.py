"""An account with its record on a coder's desk, for tests of the account page."""

import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, DocumentVersion
from accounts.services.documents import receive_document
from tests.cast import Cast
from worklist.assignment import claim_this

from .conftest import advance, open_on, post

FEED = Actor.feed("TEST")
SUMMARY = """DISCHARGE SUMMARY
Principal diagnosis: NSTEMI, treated with a drug-eluting stent to the LAD.
Coronary artery disease of native vessel without angina. Hypertension. Type 2 diabetes on metformin.
Discharged home 😀 in good condition."""


def document(account: Account, kind: str, text: str, status: str = "signed", source_id: str = "") -> DocumentVersion:
    """One more document of the record, or a newer version of one with the same ``source_id``."""
    at = datetime.datetime(2026, 9, 4, 12, tzinfo=datetime.UTC)
    with transaction.atomic():
        return receive_document(
            account=lock_account(account.pk),
            source_id=source_id or f"{account.pk}-{kind}",
            type=kind,
            title=kind.replace("_", " ").capitalize(),
            text=text,
            status=status,
            by=FEED,
            author_role="attending",
            authored_at=at,
            signed_at=at if status == "signed" else None,
        )


def on_desk(cast: Cast, number: str = "W1", *, coder: Any = None, **fields: Any) -> Account:
    """Ready to code with three documents and a charge; in the hands of ``coder`` if one is named."""
    account = cast.account(number, **fields)
    post(account, 9000)
    for kind in ("history_and_physical", "inpatient_order"):
        document(account, kind, "Admit to inpatient.")
    document(account, "discharge_summary", SUMMARY)
    account = advance(account, "discharged", "coding")
    item = open_on(account, "coding")
    if coder is not None:
        claim_this(item_id=item.pk, user=coder)
    return account


def summary_of(account: Account) -> DocumentVersion:
    """The newest discharge summary."""
    return DocumentVersion.objects.filter(account=account, document__type="discharge_summary").latest("number")
