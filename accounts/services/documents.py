"""Documents arrive and are replaced; their words never change."""

import datetime

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import (
    Account,
    Deficiency,
    DeficiencyQuality,
    Document,
    DocumentType,
    DocumentVersion,
    Provider,
)

from .revisions import touch


def receive_document(
    *,
    account: Account,
    source_id: str,
    type: str,
    title: str,
    text: str,
    status: str,
    by: Actor,
    author: Provider | None = None,
    author_role: str = "",
    authored_at: datetime.datetime | None = None,
    signed_at: datetime.datetime | None = None,
) -> DocumentVersion:
    """Add a version of the document that the sender calls ``source_id``, to a locked account at any step.

    Line ends become LF and U+0000 is refused, so that evidence positions mean the same everywhere. Raises Refused
    ``document.type``, ``document.text`` or ``document.elsewhere`` (the id belongs to another account).
    """
    words = _words(text)
    if type not in DocumentType.values:
        raise Refused("document.type", "This document type is not known; map it in the feed's settings.")
    document, _ = Document.objects.get_or_create(
        facility_id=account.facility_id, source_id=source_id, defaults={"account": account, "type": type, "title": title}
    )
    if document.account_id != account.pk:
        raise Refused("document.elsewhere", "The sender's document number belongs to another account.")
    version = DocumentVersion.objects.create(
        facility_id=account.facility_id,
        account=account,
        document=document,
        number=document.versions.count() + 1,
        status=status,
        text=words,
        author=author,
        author_role=author_role,
        authored_at=authored_at,
        signed_at=signed_at,
    )
    payload = {"document": document.pk, "version": version.number, "type": document.type, "status": status}
    history.record(account=account, kind="document.received", by=by, payload=payload)
    touch(account=account, what="document.received", by=by)
    return version


def _words(text: str) -> str:
    if "\x00" in text:
        raise Refused("document.text", "The text contains a NUL character.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def record_deficiency(*, account: Account, version: DocumentVersion, quality: str, note: str, by: Actor) -> Deficiency:
    """Write down that a document is not legible, complete, clear, consistent, precise or reliable (condition 2).

    Raises Refused ``deficiency.quality`` for another word, ``deficiency.elsewhere`` for another account's document.
    """
    if quality not in DeficiencyQuality.values:
        raise Refused("deficiency.quality", "Choose one of the six qualities.")
    if version.account_id != account.pk:
        raise Refused("deficiency.elsewhere", "The document belongs to another account.")
    deficiency = Deficiency.objects.create(
        facility_id=account.facility_id, account=account, version=version, quality=quality, note=note, recorded_by_id=by.person_id
    )
    history.record(account=account, kind="document.deficient", by=by, payload={"deficiency": deficiency.pk, "quality": quality})
    touch(account=account, what="document.deficient", by=by)
    return deficiency


def withdraw_deficiency(*, account: Account, deficiency: Deficiency, by: Actor, reason: str) -> None:
    """End a deficiency that was recorded wrongly or has been mended otherwise, with words.

    Raises Refused ``deficiency.no_reason``, Conflict ``deficiency.ended``.
    """
    if not reason.strip():
        raise Refused("deficiency.no_reason", "Say why the deficiency no longer stands.")
    changed = Deficiency.objects.filter(pk=deficiency.pk, account=account, resolved_at__isnull=True).update(
        resolved_at=clock.now()
    )
    if not changed:
        raise Conflict("deficiency.ended", "The deficiency has ended already.")
    payload = {"deficiency": deficiency.pk, "reason": reason}
    history.record(account=account, kind="document.sufficient", by=by, payload=payload)
    touch(account=account, what="document.sufficient", by=by)
