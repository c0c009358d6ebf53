"""What coders work from while the system is down: the next accounts of their facility, to print, with room for the codes."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch

from accounts.models import Account, Coverage, Facility, WorkItem, WorkKind
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """One account on paper; ``holder`` has it open already and goes on with it."""

    account: Account
    payer: str
    holder: str


def sheets(facility: Facility, user: User) -> list[Sheet]:
    """Open coding work in the order in which Get next gives it, restricted accounts left out. Two queries, at most 200 rows."""
    covers = Prefetch("account__coverages", Coverage.objects.filter(rank=1).select_related("payer"), to_attr="primary_cover")
    items = visible(WorkItem.objects.filter(facility=facility, kind=WorkKind.CODING, closed_at__isnull=True), user)
    rows = items.filter(account__restricted="").select_related("account__patient", "account__attending", "leased_to")
    found = rows.prefetch_related(covers).order_by("rank_at", "pk")[:MOST]
    return [Sheet(item.account, _payer(item.account), str(item.leased_to) if item.leased_to else "") for item in found]


def _payer(account: Account) -> str:
    cover: list[Coverage] = account.primary_cover  # type: ignore[attr-defined]
    return cover[0].payer.name if cover else "No payer"
