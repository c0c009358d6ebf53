"""The answer in the record: the addendum that ends the wait, found when it arrives or named by the coder."""

from collections.abc import Iterable

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, DocumentType, DocumentVersion, VersionStatus
from accounts.services.revisions import touch
from coding_workflow.coding.models import ProviderQuery, QueryStatus

from .rights import lock_for_seeing_to, require_status
from .waiting import change_status, end_holds


@transaction.atomic
def document_answer(*, account_id: int, query_id: int, version_id: int, by: Actor) -> ProviderQuery:
    """Name the signed document in which the answer stands.

    Raises Conflict ``query.moved_on`` unless the addendum is awaited, Refused ``query.addendum`` for a document that is not
    this account's, not signed, or not newer than the answer.
    """
    account, query = lock_for_seeing_to(account_id=account_id, query_id=query_id, by=by)
    require_status(query, QueryStatus.ANSWERED)
    version = DocumentVersion.objects.filter(account=account, pk=version_id).first()
    if version is None or not version.is_signed or query.answered_at is None or version.received_at <= query.answered_at:
        raise Refused("query.addendum", "Choose a signed document that came after the answer.", fix="documents")
    _close(account, query, version, by)
    touch(account=account, what="query.documented", by=by)
    return query


def documents_arrived(*, account: Account, by: Actor) -> None:
    """End the wait of answered queries of a locked account whose addendum has come: signed, by the provider who was asked, a
    query response, an addendum, or a later version of a document that does not only repeat an earlier one."""
    waiting = ProviderQuery.objects.filter(account=account, status=QueryStatus.ANSWERED).select_related("provider")
    for query in waiting:
        version = next(iter(_addenda(account, query)), None)
        if version is not None:
            _close(account, query, version, by)
            account.refresh_from_db(fields=["revision"])


def _addenda(account: Account, query: ProviderQuery) -> Iterable[DocumentVersion]:
    rows = DocumentVersion.objects.in_force().filter(account=account, received_at__gt=query.answered_at)
    for version in rows.select_related("document", "author").order_by("received_at", "pk"):
        adds = version.status == VersionStatus.ADDENDED or version.document.addendum_to_id is not None
        later = (version.number > 1 or adds) and version.repeats_id is None
        if version.is_signed and _by_asked(version, query) and (later or version.document.type == DocumentType.QUERY_RESPONSE):
            yield version


def _by_asked(version: DocumentVersion, query: ProviderQuery) -> bool:
    author, asked = version.author, query.provider
    if author is None or asked is None:
        return False
    return author.pk == asked.pk or (bool(asked.npi) and author.npi == asked.npi)


def _close(account: Account, query: ProviderQuery, version: DocumentVersion, by: Actor) -> None:
    change_status(query, QueryStatus.CLOSED, addendum=version, ended_at=clock.now())
    history.record(account=account, kind="query.documented", by=by, payload={"query": query.pk, "version": version.pk})
    end_holds(account=account, query=query, by=by, resolution="The answer stands in the record, signed.")
