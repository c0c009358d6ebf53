"""One line of a list: the account, why it is here, what holds it, who has it."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts import clock
from accounts.models import Account, Coverage, Hold, WorkItem, WorkKind

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
class Chip:
    """One reason that holds the account: a short word and the sentence."""

    words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Row:
    """What a list shows of one account."""

    account: Account
    item: WorkItem | None
    payer: str
    age_days: int | None
    why: str
    reasons: str
    chips: tuple[Chip, ...]
    holder: str
    mine: bool
    until: datetime.datetime | None


def with_row_parts(queryset: "QuerySet[Any]", prefix: str = "account__") -> "QuerySet[Any]":
    """Load what a row shows in three queries, however many rows there are."""
    cover = Coverage.objects.filter(rank=1).select_related("payer")
    holds = Hold.objects.filter(resolved_at__isnull=True, blocking=True).order_by("condition", "pk")
    joined = [f"{prefix}patient", f"{prefix}facility"] + (["leased_to", "returned_to"] if prefix else [])
    return queryset.select_related(*joined).prefetch_related(
        Prefetch(f"{prefix}coverages", queryset=cover, to_attr="primary_cover"),
        Prefetch(f"{prefix}holds", queryset=holds, to_attr="open_holds"),
    )


def row_of_item(item: WorkItem, me: int) -> Row:
    """The row of one work item; a lease that ran out shows nobody."""
    held_now = item.leased_to_id is not None and item.leased_until is not None and item.leased_until > timezone.now()
    mine = item.leased_to_id == me
    return _row(
        item.account,
        item=item,
        why=_why(item),
        holder=str(item.leased_to) if held_now or mine else "",
        mine=mine,
        until=item.leased_until if held_now else None,
    )


def _why(item: WorkItem) -> str:
    """For coding work since when it is ready; the queue and the class say the rest. Other work brings its own words."""
    ready = item.account.ready_at
    if item.kind != WorkKind.CODING or item.returned_to_id is not None or ready is None:
        return item.why
    local = timezone.localtime(ready)
    return f"Ready to code since {local:%b} {local.day}"


def row_of_account(account: Account) -> Row:
    """The row of an account that is listed for itself (held, releasable)."""
    holds: list[Hold] = account.open_holds  # type: ignore[attr-defined]
    return _row(account, item=None, why=holds[0].message if holds else "", holder="", mine=False, until=None)


def _row(account: Account, *, item: WorkItem | None, why: str, holder: str, mine: bool, until: datetime.datetime | None) -> Row:
    cover: list[Coverage] = account.primary_cover  # type: ignore[attr-defined]
    holds: list[Hold] = account.open_holds  # type: ignore[attr-defined]
    return Row(
        account=account,
        item=item,
        payer=cover[0].payer.name if cover else "No payer",
        age_days=(clock.today(account.facility) - account.discharge_date).days if account.discharge_date else None,
        why=why,
        reasons="; ".join([item.why.rstrip("."), *(str(part["words"]) for part in item.rank_parts)]) if item else why,
        chips=tuple(chip_of(hold) for hold in holds),
        holder=holder,
        mine=mine,
        until=until,
    )


def chip_of(hold: Hold) -> Chip:
    """A hold in a few words: its condition and owner, or its reason when it belongs to no condition."""
    if hold.condition is None:
        return Chip(hold.reason.rsplit(".", 1)[-1].replace("_", " ").capitalize(), hold.message)
    return Chip(f"C{hold.condition} {hold.get_owner_role_display()}", hold.message)
