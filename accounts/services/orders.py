"""Orders arrive and change; none is removed."""

from typing import Any

from accounts import history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, Order, OrderKind, OrderStatus

from .revisions import touch

_ELEMENTS = frozenset({"kind", "status", "code", "description", "ordered_at", "ordered_by", "authenticated"})


def receive_order(*, account: Account, source_id: str, by: Actor, **elements: Any) -> Order:
    """Add the order that the sender calls ``source_id`` to a locked account at any step, or change what it says.

    ``elements`` are columns of the order; what is not given stays. Nothing happens when nothing differs. Raises Refused
    ``order.kind``, ``order.status`` or ``order.elsewhere`` (the number belongs to another account's order).
    """
    _check(elements)
    order, created = Order.objects.get_or_create(
        facility_id=account.facility_id, source_id=source_id, defaults={"account": account, **elements}
    )
    if order.account_id != account.pk:
        raise Refused("order.elsewhere", "The sender's order number belongs to another account.")
    changed = {} if created else {name: value for name, value in elements.items() if getattr(order, name) != value}
    if not created and not changed:
        return order
    for name, value in changed.items():
        setattr(order, name, value)
    if changed:
        order.save(update_fields=sorted(changed))
    said = elements if created else changed
    payload = {"order": order.pk, "kind": order.kind, "status": order.status, "elements": sorted(said)}
    history.record(account=account, kind="order.received" if created else "order.changed", by=by, payload=payload)
    touch(account=account, what="order.received", by=by)
    return order


def _check(elements: dict[str, Any]) -> None:
    unknown = set(elements) - _ELEMENTS
    if unknown:
        raise ValueError(f"An order has no {', '.join(sorted(unknown))}.")
    if elements.get("kind", OrderKind.OTHER) not in OrderKind.values:
        raise Refused("order.kind", "This kind of order is not known; map it in the feed's settings.")
    if elements.get("status", OrderStatus.ACTIVE) not in OrderStatus.values:
        raise Refused("order.status", "This status of an order is not known.")


def move_orders(*, account: Account, into: Account) -> int:
    """Give the orders of one locked account to another locked one; answers how many."""
    return Order.objects.filter(account=account).update(account=into)
