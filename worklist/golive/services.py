"""What is written while a hospital goes live."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.models import Account, CodeSource, Facility, Hold, Step, ToldCodes
from coding_workflow.policy.selectors import observes
from coding_workflow.registration.services.csvfeed.opening import REASON as OPENING_HOLD
from coding_workflow.release.services.ending import end_without_claim
from coding_workflow.staff.models import Role, User
from worklist.models import Reconciliation

from .comparing import Comparison, Difference, compare, compare_counts
from .reading import HostAccount, ListUnreadable, read

#: Discharged, not final billed: what both sides should have. Released ones wait for their bill.
UNBILLED: Final = (Step.DISCHARGED, Step.CODING, Step.FINAL_CODED, Step.RELEASED)
#: So many differences are kept with their amounts; the rest is counted and in the sums.
MOST_KEPT: Final = 5_000
BILLED_OUTSIDE: Final = "Billed by the process before this one, while the facility observed."
MOST_AT_ONCE: Final = 200


@transaction.atomic
def reconcile(*, facility: Facility, raw: bytes, by: User) -> Reconciliation:
    """Compare patient accounting's list with what is unbilled here at this moment, and keep the result.

    Raises NotAllowed ``golive.role``, Refused ``golive.list`` with the line and what is wrong on it; then nothing is kept.
    """
    _require(by, facility)
    try:
        host = read(raw)
    except ListUnreadable as problem:
        raise Refused("golive.list", str(problem), fix="file") from None
    unbilled = Account.objects.filter(facility=facility, step__in=UNBILLED)
    found = compare(host, dict(unbilled.values_list("number", "total_charges")))
    loads = _loads(unbilled, host)
    return Reconciliation.objects.create(
        facility=facility,
        made_by=by,
        sha256=hashlib.sha256(raw).hexdigest(),
        there=found.there,
        here=found.here,
        agreeing=found.agreeing,
        dollars_there=found.dollars_there,
        dollars_here=found.dollars_here,
        differing=len(found.differences),
        differences=_kept(found),
        loads=loads,
    )


def _loads(unbilled: "QuerySet[Account]", host: Sequence[HostAccount]) -> dict[str, Any]:
    """The codes and holds of the opening load beside those of the list, as the column keeps them."""
    told = ToldCodes.objects.filter(account__in=unbilled, source=CodeSource.OPENING).in_force().exclude(codes=[])
    holds = Hold.objects.filter(account__in=unbilled, reason=OPENING_HOLD, resolved_at__isnull=True)
    ours = {
        name: dict(rows.order_by().values_list("account__number").annotate(count=Count("pk")))
        for name, rows in (("codes", told), ("holds", holds))
    }
    found = {name: compare_counts({each.number: getattr(each, name) for each in host}, ours[name]) for name in ours}
    return {
        name: {
            "there": each.there,
            "here": each.here,
            "differing": len(each.differing),
            "differences": [list(row) for row in each.differing[:MOST_KEPT]],
        }
        for name, each in found.items()
    }


def _kept(found: Comparison) -> list[list[str]]:
    return [[each.kind, each.number, _text(each.there), _text(each.here)] for each in found.differences[:MOST_KEPT]]


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else str(amount)


def differences_of(row: Reconciliation) -> list[Difference]:
    """The kept differences, as they were compared."""
    return [Difference(number, kind, _amount(there), _amount(here)) for kind, number, there, here in row.differences]


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@transaction.atomic
def explain(*, reconciliation: Reconciliation, words: str, by: User) -> Reconciliation:
    """Say once why what differs may differ.

    Raises NotAllowed ``golive.role``, Refused ``golive.no_words`` or ``golive.explained``.
    """
    _require(by, reconciliation.facility)
    if not words.strip():
        raise Refused("golive.no_words", "Say why the two sides may differ.", fix="words")
    row = Reconciliation.objects.select_for_update().get(pk=reconciliation.pk)
    if row.explained_by_id is not None:
        raise Refused("golive.explained", "Somebody has explained these differences already.", fix="words")
    row.explanation, row.explained_by = words.strip()[:1000], by
    row.save(update_fields=["explanation", "explained_by"])
    return row


def end_billed_outside(*, facility: Facility, account_ids: Sequence[int], by: User) -> int:
    """End final-coded accounts that the old process has billed; answers how many. Each by itself: one refusal stops no other.

    Only while the facility observes. Raises NotAllowed ``release.role``, Refused ``golive.live``.
    """
    if not observes(facility):
        raise Refused("golive.live", "The facility is live: accounts leave by release, or end one by one with a reason.")
    actor, ended = Actor.person(by.pk), 0
    chosen = Account.objects.filter(facility=facility, pk__in=list(account_ids)[:MOST_AT_ONCE], step=Step.FINAL_CODED)
    for account_id in chosen.order_by("pk").values_list("pk", flat=True):
        end_without_claim(account_id=account_id, by=actor, reason=BILLED_OUTSIDE)
        ended += 1
    return ended


def _require(by: User, facility: Facility) -> None:
    if not any(by.has_role(role, facility.pk) for role in (Role.ADMINISTRATOR, Role.SUPERVISOR)):
        raise NotAllowed("golive.role", "Only a supervisor or administrator of this facility prepares its going live.")
