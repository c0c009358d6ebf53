"""What belongs to an account besides its record and codes: accounts combined with it, orders that place the patient, leaves."""

from dataclasses import dataclass, replace

from accounts.leave import Leave
from accounts.models import PLACEMENT, Account, Order, OrderStatus
from accounts.services.combined import survivor, whole
from accounts.services.leaves import leaves_of
from coding_workflow.staff.models import User


@dataclass(frozen=True, slots=True)
class Whole:
    """``survivor`` is where a combined account goes on. ``absorbed`` leaves out restricted accounts that were not opened."""

    survivor: Account | None
    absorbed: tuple[Account, ...]
    orders: tuple[Order, ...] = ()
    leaves: tuple[Leave, ...] = ()


def joined(account: Account, user: User) -> Whole:
    """Which accounts are one with this one. One query; one or two more where there is another."""
    return _joined(account, user, whole(account.pk))


def whole_of(account: Account, user: User) -> Whole:
    """The same with placement orders and leaves. Three queries; one or two more where there is another account."""
    one = whole(account.pk)
    orders = Order.objects.filter(account=account, kind__in=PLACEMENT).exclude(status=OrderStatus.CANCELLED)
    placed = tuple(orders.select_related("ordered_by"))
    return replace(_joined(account, user, one), orders=placed, leaves=leaves_of(one))


def _joined(account: Account, user: User, one: list[int]) -> Whole:
    others = [pk for pk in one if pk != account.pk]
    seen = Account.objects.visible_to(user).filter(pk__in=others).order_by("number") if others else ()
    return Whole(survivor(account) if account.combined_into_id else None, tuple(seen))
