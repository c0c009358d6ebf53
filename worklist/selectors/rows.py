"""One row of the release board: the account, its payer, what holds it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts import clock
from accounts.models import Account, Coverage, Hold

from .lines import Chip, chip

CONDITION_WORDS: dict[int, str] = {
    0: "Not a condition",
    1: "Competent coder",
    2: "Documentation supports codes",
    3: "Documentation complete",
    4: "Guidelines and edits",
    5: "Accounting agrees with record",
    6: "Complete and accurate",
    7: "Discrepancy after claim",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What the release board shows of one account."""

    account: Account
    payer: str
    age_days: int | None
    why: str
    chips: tuple[Chip, ...]


def with_row_parts(queryset: "QuerySet[Any]", prefix: str = "account__") -> "QuerySet[Any]":
    """Load what a row shows in three queries, however many rows there are."""
    cover = Coverage.objects.filter(rank=1).select_related("payer")
    holds = Hold.objects.filter(resolved_at__isnull=True, blocking=True).order_by("condition", "pk")
    return queryset.select_related(f"{prefix}patient", f"{prefix}facility").prefetch_related(
        Prefetch(f"{prefix}coverages", queryset=cover, to_attr="primary_cover"),
        Prefetch(f"{prefix}holds", queryset=holds, to_attr="open_holds"),
    )


def row_of_account(account: Account) -> Row:
    """The row of an account that is listed for itself (releasable)."""
    holds: list[Hold] = account.open_holds  # type: ignore[attr-defined]
    cover: list[Coverage] = account.primary_cover  # type: ignore[attr-defined]
    return Row(
        account=account,
        payer=cover[0].payer.name if cover else "No payer",
        age_days=(clock.today(account.facility) - account.discharge_date).days if account.discharge_date else None,
        why=holds[0].message if holds else "",
        chips=tuple(chip(hold.condition, hold.owner_role, hold.reason, hold.message) for hold in holds),
    )
