"""Opening and closing work items; who takes them is the worklist's business."""

import datetime
from typing import Final

from accounts import clock, history, listeners
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, WorkItem

#: How long work stays in somebody's hands after their last change or real input, by the database's clock.
LEASE: Final = datetime.timedelta(minutes=20)


def open_work(
    *, account: Account, kind: str, by: Actor, coding_type: str = "", returned_to_id: int | None = None, why: str = ""
) -> WorkItem:
    """Open work of a kind on a locked account, or answer the open item. ``returned_to_id`` names who gets it back.

    Listeners give it a queue and a rank in the same transaction.
    """
    existing = WorkItem.objects.filter(account=account, kind=kind, closed_at__isnull=True).first()
    if existing is not None:
        return existing
    item = WorkItem.objects.create(
        facility_id=account.facility_id,
        account=account,
        kind=kind,
        coding_type=coding_type,
        returned_to_id=returned_to_id,
        why=why,
        rank_at=clock.now(),
    )
    history.record(
        account=account, kind="work.opened", by=by, payload={"work": item.pk, "kind": kind, "returned_to": returned_to_id}
    )
    listeners.tell("work_opened", item=item, by=by)
    return item


def close_work(*, account: Account, kind: str, outcome: str, by: Actor) -> WorkItem | None:
    """Close the open item of a kind on a locked account; None when there is none. It stays as a record with times."""
    item = WorkItem.objects.select_for_update().filter(account=account, kind=kind, closed_at__isnull=True).first()
    if item is None:
        return None
    item.closed_at, item.outcome, item.closed_by = clock.now(), outcome, f"{by.kind}:{by.code}"
    item.save(update_fields=["closed_at", "outcome", "closed_by"])
    history.record(account=account, kind="work.closed", by=by, payload={"work": item.pk, "kind": kind, "outcome": outcome})
    return item


def release_work_of(*, user_id: int, by: Actor, reason: str) -> int:
    """Give back everything a person holds (disabled, ended session by an administrator); answers how many."""
    held = list(WorkItem.objects.filter(leased_to_id=user_id, closed_at__isnull=True).order_by("account_id"))
    for item in held:
        hand_back(item=item, by=by, reason=reason)
    return len(held)


def hand_back(*, item: WorkItem, by: Actor, reason: str) -> None:
    """End the lease of an item so that others may take it; locks the account first.

    Nothing happens when nobody had it, or when another person has it by now.
    """
    if item.leased_to_id is None:
        return
    account = lock_account(item.account_id)
    changed = WorkItem.objects.filter(pk=item.pk, closed_at__isnull=True, leased_to_id=item.leased_to_id).update(
        leased_to=None, leased_until=None
    )
    if not changed:
        return
    history.record(account=account, kind="work.returned", by=by, payload={"work": item.pk, "reason": reason})
    item.refresh_from_db()
    listeners.tell("work_returned", item=item, by=by)
