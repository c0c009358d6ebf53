"""Combining: what one account holds goes to the one that survives, and the step *combined* ends it."""

import uuid
from dataclasses import dataclass
from typing import Final

from django.db.models import F
from django.db.models.functions import Now

from accounts import history, lifecycle, listeners
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import Account, ChargeLine, Hold, HoldSource, Step, WorkItem, WorkKind

from .combined import same_patient
from .documents import move_documents
from .holds import place_hold, resolve_hold
from .leaves import refresh_spans
from .orders import move_orders
from .revisions import touch
from .work import close_work

_RESOLUTION: Final = "The account was combined into another; what still holds is held there."
#: Accounts that take nothing more: somebody decided that they end without a claim.
_ENDED: Final = frozenset({Step.CANCELLED, Step.CLOSED, Step.COMBINED})


@dataclass(frozen=True, slots=True)
class Desk:
    """Who had the account open, and whether the claim went on to the survivor."""

    holder_id: int | None = None
    kept: bool = False


def combine_accounts(*, account: Account, into: Account, by: Actor, reason: str = "", action: uuid.UUID | None = None) -> None:
    """Combine a locked account into another locked one, for good.

    Charges, orders, documents, leaves, visits and open holds go on there; open work ends. Whoever has its coding open keeps the
    claim on the survivor where that waits for coding of the same type and nobody has it; otherwise history says who had it.
    Events, codes, payers and messages stay where they happened: ``combined.whole`` reads them together. Raises Refused
    ``account.combine_self``, ``account.other_facility``, ``account.other_patient``,
    ``account.other_bill``, Conflict ``account.survivor_ended``,
    ``account.move``, and what a higher floor refuses with (``account.was_released``).
    """
    _check(account, into)
    listeners.tell("account_combining", account=account, into=into, by=by)
    desk = _move_work(account, into, by)
    _move_holds(account, into, by)
    moved = _move_record(account, into, by)
    account.combined_into = into
    account.save(update_fields=["combined_into"])
    lifecycle.move(account=account, to=Step.COMBINED, by=by, reason=reason, action=action)
    counts = {**moved, "held_by": desk.holder_id, "claim_kept": desk.kept}
    history.record(account=account, kind="account.combined", by=by, payload={"into": into.pk, **counts}, action=action)
    history.record(account=into, kind="account.absorbed", by=by, payload={"account": account.pk, **counts}, action=action)
    refresh_spans(account=into, by=by)
    touch(account=into, what="account.absorbed", by=by)


def _check(account: Account, into: Account) -> None:
    if account.pk == into.pk:
        raise Refused("account.combine_self", "An account cannot be combined into itself.")
    if account.facility_id != into.facility_id:
        raise Refused("account.other_facility", "Accounts of two facilities cannot be combined.")
    if same_patient(account.patient).pk != same_patient(into.patient).pk:
        raise Refused("account.other_patient", "The accounts belong to two patients; merge the patients or move one first.")
    if account.billing_kind != into.billing_kind:
        raise Refused("account.other_bill", "A professional account and a facility's cannot be combined: they are two bills.")
    if into.step in _ENDED:
        raise Conflict("account.survivor_ended", "The account that would survive has ended; it takes nothing more.")
    if not lifecycle.allowed(account.step, Step.COMBINED):
        step = Step(account.step).label.lower()
        raise Conflict("account.move", f"The account is {step}; it cannot go to combined from there.")


def _move_work(account: Account, into: Account, by: Actor) -> Desk:
    """Close everything open; the claim on coding goes on where it can."""
    held = WorkItem.objects.filter(
        account=account, kind=WorkKind.CODING, closed_at__isnull=True, leased_to__isnull=False, leased_until__gt=Now()
    ).first()
    for kind in WorkKind.values:
        close_work(account=account, kind=kind, outcome="combined", by=by)
    if held is None:
        return Desk()
    return Desk(held.leased_to_id, _keep_claim(held, into, by))


def _keep_claim(held: WorkItem, into: Account, by: Actor) -> bool:
    """Give the survivor's free coding work to who had the combined account: the competence is the same, so are the rights.

    A restricted survivor is not given: opening it takes a reason.
    """
    if into.restricted:
        return False
    free = WorkItem.objects.filter(
        account=into, kind=WorkKind.CODING, coding_type=held.coding_type, closed_at__isnull=True
    ).exclude(leased_to__isnull=False, leased_until__gt=Now())
    item = free.select_for_update().first()
    if item is None:
        return False
    WorkItem.objects.filter(pk=item.pk).update(
        leased_to_id=held.leased_to_id, leased_until=held.leased_until, lease_token=F("lease_token") + 1, returned_to=None
    )
    payload = {"work": item.pk, "kind": item.kind, "from_account": held.account_id, "holder": held.leased_to_id}
    history.record(account=into, kind="work.carried_over", by=by, payload=payload)
    return True


def _move_holds(account: Account, into: Account, by: Actor) -> None:
    """The check places its own on the survivor; those of people, policies and feeds are opened there again."""
    for hold in Hold.objects.filter(account=account, resolved_at__isnull=True).order_by("pk"):
        if hold.source != HoldSource.CHECK:
            place_hold(
                account=into,
                source=hold.source,
                key=hold.key,
                reason=hold.reason,
                message=hold.message,
                by=by,
                condition=hold.condition,
                owner_role=hold.owner_role,
                fix=hold.fix,
                blocking=hold.blocking,
                milestone=hold.milestone,
                expected_clear_on=hold.expected_clear_on,
                since=hold.since,
            )
        resolve_hold(account=account, hold=hold, by=by, resolution=_RESOLUTION)


def _move_record(account: Account, into: Account, by: Actor) -> dict[str, int]:
    """What is billed and what supports it; the survivor becomes as restricted as what it takes in."""
    if account.restricted and not into.restricted:
        into.restricted = account.restricted
        into.save(update_fields=["restricted"])
    into.encounters.add(*account.encounters.all())
    return {
        "charges": ChargeLine.objects.filter(account=account).update(account=into),
        "orders": move_orders(account=account, into=into),
        "documents": move_documents(account=account, into=into, by=by),
    }
