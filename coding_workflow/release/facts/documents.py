"""The record's documents and placement orders, as facts."""

from accounts.models import Account, Deficiency, DocumentType, DocumentVersion, VersionStatus
from coding_workflow.guidelines.facts import Document, Order

_ORDERS = {DocumentType.INPATIENT_ORDER: "inpatient", DocumentType.OBSERVATION_ORDER: "observation"}
_CONCURS = "attending"


def newest_versions(account: Account) -> list[DocumentVersion]:
    """The newest version of each document that is not cancelled, oldest document first."""
    rows = DocumentVersion.objects.filter(account=account, document__cancelled_at__isnull=True)
    rows = rows.select_related("document").order_by("document_id", "-number").distinct("document_id")
    return [row for row in rows if row.status != VersionStatus.CANCELLED]


def documents(account: Account) -> tuple[Document, ...]:
    """Every document in its newest version, with the qualities found wanting in it."""
    wanting: dict[int, list[str]] = {}
    for version_id, quality in Deficiency.objects.filter(account=account, resolved_at__isnull=True).values_list(
        "version_id", "quality"
    ):
        wanting.setdefault(version_id, []).append(quality)
    return tuple(_document(row, tuple(sorted(wanting.get(row.pk, ())))) for row in newest_versions(account))


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


def orders(account: Account) -> tuple[Order, ...]:
    """Placement orders among the documents: inpatient and observation."""
    return tuple(
        Order(_ORDERS[DocumentType(row.document.type)], row.authored_at, row.is_signed)
        for row in newest_versions(account)
        if row.document.type in _ORDERS
    )
