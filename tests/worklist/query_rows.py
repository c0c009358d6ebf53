"""Queries at any facility, for the walk over addresses."""

import hashlib
from typing import Any

from django.utils import timezone

from accounts import chain
from accounts.models import Account, Facility, Provider
from coding_workflow.coding.models import ProviderQuery, SentQuery
from coding_workflow.coding.services.queries.links import make_link
from tests.cast import Cast

#: No link has it: another facility's link is nobody's business either.
NO_TOKEN = "x" * 43


def _account_at(facility: Facility) -> Account:
    from tests.security.url_table import account  # noqa: PLC0415 - the table reads this file

    return Account.objects.get(pk=account(None, facility)["pk"])  # type: ignore[arg-type]


def draft_query_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A draft: answers the arguments of ``reverse``."""
    account = _account_at(facility)
    made = ProviderQuery.objects.create(facility=facility, account=account, asked_by=cast.ana, reason="unclear", kind="open")
    return {"pk": account.pk, "row": made.pk}


def query_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A query that was sent: answers the arguments of ``reverse``."""
    keys = draft_query_at(cast, facility)
    provider = Provider.objects.create(facility=facility, source_id=f"W{keys['row']}", family_name="Walk", npi="1234567893")
    ProviderQuery.objects.filter(pk=keys["row"]).update(status="sent", provider=provider, sent_at=timezone.now())
    text = chain.canonical(
        {
            "subject": "Walked",
            "question": "What is it?",
            "kind": "open",
            "options": [],
            "indicators": [],
            "provider": {"name": "Walk"},
        }
    )
    SentQuery.objects.create(
        facility=facility,
        account_id=keys["pk"],
        query_id=keys["row"],
        provider=provider,
        document=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        sent_by=cast.ana,
    )
    return keys


def answer_link_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A provider's link at the cast's own facility; elsewhere an address that no link has."""
    if facility == cast.other:
        return {"token": NO_TOKEN}
    keys = query_at(cast, facility)
    account = Account.objects.select_related("facility").get(pk=keys["pk"])
    made = make_link(account=account, query=ProviderQuery.objects.get(pk=keys["row"]), by=cast.actor("ana"))
    return {"token": made.token}
