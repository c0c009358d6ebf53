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
    repeats: DocumentVersion | None = None,
) -> DocumentVersion:
    """Add a version of the document that the sender calls ``source_id``, to a locked account at any step.

    Line ends become LF and U+0000 is refused, so that evidence positions mean the same everywhere. ``repeats`` is the version
    whose words it says again. Raises Refused ``document.type``, ``document.text`` or ``document.elsewhere`` (the id belongs
    to another account).
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
        repeats=repeats,
    )
    payload = {"document": document.pk, "version": version.number, "type": document.type, "status": status}
    history.record(account=account, kind="document.received", by=by, payload=payload)
    touch(account=account, what="document.received", by=by)
    return version


def restate_document(*, account: Account, version: DocumentVersion, status: str, by: Actor) -> DocumentVersion:
    """The words of a version once more under another status: an addendum has come, another document took its place.

    Evidence on the older version is to re-confirm, as with every new version.
    """
    return receive_document(
        account=account,
        source_id=version.document.source_id,
        type=version.document.type,
        title=version.document.title,
        text=version.text,
        status=status,
        by=by,
        author=version.author,
        author_role=version.author_role,
        authored_at=version.authored_at,
        signed_at=version.signed_at,
        repeats=version,
    )


def rename_document(*, account: Account, document: Document, type: str, title: str, by: Actor) -> None:
    """The sender names a document of a locked account otherwise. Raises Refused ``document.type``."""
    if type not in DocumentType.values:
        raise Refused("document.type", "This document type is not known; map it in the feed's settings.")
    if (document.type, document.title) == (type, title):
        return
    payload = {"document": document.pk, "before": document.type, "type": type}
    document.type, document.title = type, title
    document.save(update_fields=["type", "title"])
    history.record(account=account, kind="document.renamed", by=by, payload=payload)
    touch(account=account, what="document.renamed", by=by)


def relate_document(*, document: Document, addendum_to: Document | None = None, replaced_by: Document | None = None) -> None:
    """Say what a document adds to, or what took its place. Raises Refused ``document.elsewhere`` across accounts."""
    for name, other in (("addendum_to", addendum_to), ("replaced_by", replaced_by)):
        if other is None or getattr(document, f"{name}_id") == other.pk:
            continue
        if other.account_id != document.account_id:
            raise Refused("document.elsewhere", "The document that it belongs to is another account's.")
        setattr(document, name, other)
        document.save(update_fields=[name])


def move_documents(*, account: Account, into: Account, by: Actor) -> int:
    """Give the documents of one locked account to another locked one; answers how many.

    A version never changes its account: each document goes on there in a version that repeats its newest, with what was
    found wanting in it.
    """
    documents = list(Document.objects.filter(account=account).order_by("pk"))
    for document in documents:
        newest = document.current
        document.account = into
        document.save(update_fields=["account"])
        if newest is not None:
            version = restate_document(account=into, version=newest, status=newest.status, by=by)
            _carry_deficiencies(newest, version)
    return len(documents)


def _carry_deficiencies(before: DocumentVersion, after: DocumentVersion) -> None:
    for deficiency in Deficiency.objects.filter(version=before, resolved_at__isnull=True):
        Deficiency.objects.create(
            facility_id=after.facility_id,
            account_id=after.account_id,
            version=after,
            quality=deficiency.quality,
            note=deficiency.note,
            recorded_by_id=deficiency.recorded_by_id,
        )
        Deficiency.objects.filter(pk=deficiency.pk).update(resolved_at=clock.now())


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
