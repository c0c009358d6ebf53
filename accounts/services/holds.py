"""Placing and resolving holds. A hold blocks release in the database itself."""

import datetime

from django.db import transaction

from accounts import clock, history, listeners
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import Account, Hold, HoldSource, OwnerRole


def place_hold(
    *,
    account: Account,
    source: str,
    key: str,
    reason: str,
    message: str,
    by: Actor,
    condition: int | None = None,
    owner_role: str = OwnerRole.CODING,
    fix: str = "",
    blocking: bool = True,
    milestone: str = "",
    expected_clear_on: datetime.date | None = None,
    since: datetime.date | None = None,
) -> Hold:
    """Open a hold on a locked account, or answer the open one with the same source and key.

    ``reason`` is a dotted code, ``message`` the sentence a coder reads; ``since`` when it began in the system it was loaded
    from. Allowed at every step: on a released
    account it starts a discrepancy and is never refused.
    """
    existing = Hold.objects.filter(account=account, source=source, key=key, resolved_at__isnull=True).first()
    if existing is not None:
        return existing
    hold = Hold.objects.create(
        facility_id=account.facility_id,
        account=account,
        source=source,
        key=key,
        reason=reason,
        message=message,
        condition=condition,
        owner_role=owner_role,
        fix=fix,
        blocking=blocking,
        milestone=milestone,
        expected_clear_on=expected_clear_on,
        since=since,
        opened_by_id=by.user_id,
    )
    payload = {"hold": hold.pk, "reason": reason, "condition": condition, "blocking": blocking, "owner": owner_role}
    history.record(account=account, kind="hold.opened", by=by, payload=payload)
    listeners.tell("hold_opened", hold=hold, by=by)
    return hold


@transaction.atomic
def resolve_hold(*, account: Account, hold: Hold, by: Actor, resolution: str) -> Hold:
    """Close a hold of a locked account with who and why.

    Raises Refused ``hold.no_reason`` without words, Conflict ``hold.resolved`` when it is closed already, and
    Refused ``hold.by_check`` when a person tries to close what only the release check clears.
    """
    if not resolution.strip():
        raise Refused("hold.no_reason", "Say why the hold is resolved.")
    if hold.source == HoldSource.CHECK and by.kind == "person":
        raise Refused("hold.by_check", "The release check clears this hold when its cause is mended.", fix=hold.fix)
    event = history.record(account=account, kind="hold.resolved", by=by, payload={"hold": hold.pk, "resolution": resolution})
    changed = Hold.objects.filter(pk=hold.pk, account=account, resolved_at__isnull=True).update(
        resolved_at=clock.now(), resolved_by=f"{by.kind}:{by.code}", resolution=resolution, resolved_event=event
    )
    if not changed:
        raise Conflict("hold.resolved", "Somebody has resolved this hold already.")
    hold.refresh_from_db()
    listeners.tell("hold_closed", hold=hold, by=by)
    return hold
