"""Documents of the feed: each element by its newest message, addenda and replacements whatever comes first."""

from dataclasses import dataclass
from typing import Any, Final

from accounts.errors import Refused
from accounts.models import Account, Document, DocumentType, DocumentVersion, VersionStatus
from accounts.services.documents import receive_document, relate_document, rename_document, restate_document
from coding_workflow.registration.facts import DocumentFacts, ProviderFacts
from coding_workflow.registration.models import RecordKind, RecordTold

from . import people, told
from .source import Source, fitting

_TYPES: Final = frozenset(DocumentType.values)
_ADDENDUM, _REPLACEMENT = "addendum", "replacement"


@dataclass(frozen=True, slots=True)
class State:
    """What a version says besides its number."""

    text: str = ""
    status: str = VersionStatus.UNSIGNED
    author: Any = None
    author_role: str = ""
    authored_at: Any = None
    signed_at: Any = None

    @classmethod
    def of(cls, version: DocumentVersion | None) -> "State":
        """The state of a version; addended is signed, as the document itself was."""
        if version is None:
            return cls()
        status = VersionStatus.SIGNED if version.status == VersionStatus.ADDENDED else version.status
        return cls(version.text, status, version.author, version.author_role, version.authored_at, version.signed_at)


def receive(account: Account, facts: DocumentFacts, source: Source) -> Document:
    """Bring a document of a locked account up to date with one message; a version is added where something differs.

    Raises Refused ``registration.unmapped_document_type``, ``registration.parent_elsewhere``, and what the accounts' services
    raise.
    """
    number = fitting(facts.source_id, Document, "source_id", "TXA", 12)
    news = told.about_record(RecordKind.DOCUMENT, number, source)
    _remember_parent(news, facts)
    document = Document.objects.filter(facility=source.facility, source_id=number).first()
    if document is not None and document.account_id != account.pk:
        raise Refused("document.elsewhere", "The sender's document number belongs to another account.")
    current = document.current if document else None
    kind, title = _heading(document, facts, news, source)
    state = _state(account, State.of(current), facts, news, source)
    news.keep()
    if document is not None:
        rename_document(account=account, document=document, type=kind, title=title, by=source.by)
    wanted = _derived(state, number, source)
    if current is None or _differs(current, wanted):
        version = receive_document(account=account, source_id=number, type=kind, title=title, by=source.by, **_values(wanted))
        document = version.document
    else:
        source.flag("document_unchanged")
        document = current.document
    _join_family(account, document, news.row, source)
    return document


def _remember_parent(news: told.News, facts: DocumentFacts) -> None:
    row = news.row
    if facts.relation and isinstance(row, RecordTold) and news.fresh("parent"):
        row.parent, row.relation = facts.parent[:80], facts.relation


def _heading(document: Document | None, facts: DocumentFacts, news: told.News, source: Source) -> tuple[str, str]:
    """Type and title: a cancellation may come without, and before the document itself."""
    if not facts.type_codes or not news.fresh("heading"):
        return (document.type, document.title) if document else (DocumentType.OTHER, DocumentType.OTHER.label)
    kind = source.codes.document_type(facts.type_codes, _TYPES)
    if not kind:
        raise Refused("registration.unmapped_document_type", "The document type is not known; map it in the feed's settings.")
    return kind, (facts.title or DocumentType(kind).label)[:120]


def _state(account: Account, before: State, facts: DocumentFacts, news: told.News, source: Source) -> State:
    values = {name: getattr(before, name) for name in State.__slots__}
    if facts.text is not None and news.fresh("words"):
        values["text"] = facts.text
    if news.fresh("status"):
        values["status"] = facts.status
    if facts.status != VersionStatus.CANCELLED and news.fresh("signed"):
        values["signed_at"] = facts.signed.instant(source.zone) if facts.signed else None
    if facts.author is not None and news.fresh("author"):
        values["author"] = people.provider_for(facts.author, source, "TXA", 9)
        values["author_role"] = role_of(account, facts.author, source)
    if facts.authored is not None and news.fresh("authored"):
        values["authored_at"] = facts.authored.instant(source.zone)
    return State(**values)


def role_of(account: Account, author: ProviderFacts | None, source: Source) -> str:
    """What the author was to this patient: the attending of the account, else what the degree says."""
    if author is None:
        return ""
    if account.attending is not None and account.attending.source_id == author.source_id:
        return "attending"
    role = source.codes.author_role(author.role) if author.role else ""
    if not role:
        source.flag("author_role_not_known")
    return role


def _derived(own: State, number: str, source: Source) -> State:
    """The state with what other documents make of it: replaced ones are out of force, signed ones may be addended."""
    values = {name: getattr(own, name) for name in State.__slots__}
    if _children(number, _REPLACEMENT, source):
        values["status"] = VersionStatus.CANCELLED
    elif own.status == VersionStatus.SIGNED and _has_addendum(number, source):
        values["status"] = VersionStatus.ADDENDED
    return State(**values)


def _children(number: str, relation: str, source: Source) -> list[str]:
    rows = RecordTold.objects.filter(facility=source.facility, parent=number, relation=relation)
    return list(rows.order_by("pk").values_list("number", flat=True))


def _has_addendum(number: str, source: Source) -> bool:
    numbers = _children(number, _ADDENDUM, source)
    return bool(numbers) and _in_force(source).filter(document__source_id__in=numbers).exists()


def _in_force(source: Source) -> Any:
    return DocumentVersion.objects.in_force().filter(facility=source.facility)


def _differs(version: DocumentVersion, wanted: State) -> bool:
    return any(getattr(version, name) != getattr(wanted, name) for name in State.__slots__)


def _values(state: State) -> dict[str, Any]:
    return {name: getattr(state, name) for name in State.__slots__}


def _join_family(account: Account, document: Document, row: Any, source: Source) -> None:
    """Link the document with its parent and with what came before it as its addendum or replacement."""
    if row.parent:
        parent = Document.objects.filter(facility=source.facility, source_id=row.parent).first()
        if parent is not None:
            _link(account, parent, document, row.relation, source)
    for relation in (_ADDENDUM, _REPLACEMENT):
        for child in Document.objects.filter(
            facility=source.facility, source_id__in=_children(document.source_id, relation, source)
        ):
            _link(account, document, child, relation, source)


def _link(account: Account, parent: Document, child: Document, relation: str, source: Source) -> None:
    if parent.account_id != child.account_id:
        raise Refused("registration.parent_elsewhere", "The document that this one belongs to is another account's.")
    if relation == _ADDENDUM:
        relate_document(document=child, addendum_to=parent)
    else:
        relate_document(document=parent, replaced_by=child)
    _restate(account, parent, source)


def _restate(account: Account, document: Document, source: Source) -> None:
    """A version with the same words where an addendum or a replacement gives the document another status."""
    current = document.current
    if current is None:
        return
    status = _derived(State.of(current), document.source_id, source).status
    if status != current.status:
        restate_document(account=account, version=current, status=status, by=source.by)
