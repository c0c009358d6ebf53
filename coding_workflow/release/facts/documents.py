"""The record's documents and placement orders, as facts."""

from collections.abc import Iterable

from accounts.models import PLACEMENT, Account, Deficiency, DocumentType, DocumentVersion, OrderStatus
from accounts.models import Order as PlacedOrder
from coding_workflow.guidelines.facts import Document, Order

_ORDERS = {DocumentType.INPATIENT_ORDER: "inpatient", DocumentType.OBSERVATION_ORDER: "observation"}
_CONCURS = "attending"


def versions_of(account: Account) -> list[DocumentVersion]:
    """The newest version of each document in force without its text, oldest document first. One query."""
    rows = DocumentVersion.objects.in_force().filter(account=account)
    return list(rows.select_related("document").defer("text").order_by("document_id"))


def documents(account: Account, versions: Iterable[DocumentVersion]) -> tuple[Document, ...]:
    """Every document, with the qualities found wanting in its newest version. One query."""
    wanting: dict[int, list[str]] = {}
    for version_id, quality in Deficiency.objects.filter(account=account, resolved_at__isnull=True).values_list(
        "version_id", "quality"
    ):
        wanting.setdefault(version_id, []).append(quality)
    return tuple(_document(row, tuple(sorted(wanting.get(row.pk, ())))) for row in versions)


def _document(row: DocumentVersion, deficiencies: tuple[str, ...]) -> Document:
    return Document(
        id=str(row.document_id),
        type=row.document.type,
        author_role=row.author_role,
        author=str(row.author_id or ""),
        signed=row.is_signed,
        authored_at=row.authored_at,
        signed_at=row.signed_at,
        deficiencies=deficiencies,
        concurrence=_concurrence(row),
    )


def _concurrence(row: DocumentVersion) -> bool | None:
    """A utilization review decision that the attending has signed carries the concurrence (42 CFR 482.30(d))."""
    if row.document.type != DocumentType.UR_DECISION:
        return None
    return row.is_signed and row.author_role == _CONCURS


def orders(account: Account, versions: Iterable[DocumentVersion]) -> tuple[Order, ...]:
    """Placement orders, inpatient and observation: among the documents, then those of order messages. One query.

    An order that was discontinued was in force for a time; a cancelled one never was.
    """
    written = tuple(
        Order(_ORDERS[DocumentType(row.document.type)], row.authored_at, row.is_signed)
        for row in versions
        if row.document.type in _ORDERS
    )
    rows = PlacedOrder.objects.filter(account=account, kind__in=PLACEMENT).exclude(status=OrderStatus.CANCELLED)
    return (*written, *(Order(row.kind, row.ordered_at, row.authenticated) for row in rows.order_by("ordered_at", "pk")))
