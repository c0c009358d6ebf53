"""What a supervisor does about other people's work: take over, free, assign several accounts with a way back, next only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account, lock_accounts
from accounts.models import Facility, WorkItem
from accounts.services.work import hand_back
from coding_workflow.staff.models import Role, User

from . import assignment as claim
from .models import AssignedItem, Assignment, NextOnly

#: Accounts given in one go.
MOST: Final = 200

_FITS: Final = f"""
SELECT w.id, w.leased_to_id IS NOT NULL AND NOT {claim.FREE} AS taken, may.kind IS NULL AS role,
       may.kind IS NOT NULL AND NOT {claim.COMPETENT} AS unfit, NOT {claim.NOT_OWN_CODING} AS own,
       NOT {claim.UNRESTRICTED} AS restricted, coalesce(w.returned_to_id = %(me)s, false) AS has
FROM accounts_workitem w JOIN accounts_account a ON a.id = w.account_id LEFT {claim.MAY}
WHERE {claim.OPEN} AND w.id = ANY(%(items)s)
"""  # noqa: S608 - fixed words of the claim's own predicates
_AGAINST: Final = (
    ("taken", "Somebody has it open now: take it over instead."),
    ("role", "{0} has no role that takes this work."),
    ("unfit", "{0} has no competence in date for this type."),
    ("own", "{0} coded it: somebody else reviews and releases it."),
    ("restricted", "It is restricted: {0} opens it with a reason first."),
    ("has", "It waits for {0} already."),
)


@dataclass(frozen=True, slots=True)
class Fit:
    """One account of an assignment; ``against`` says why the person cannot have it, empty where they can."""

    item: WorkItem
    against: str


def _require(by: User, facility_id: int) -> None:
    if not by.has_role(Role.SUPERVISOR, facility_id):
        raise NotAllowed("work.supervisor", "Only a supervisor of this facility does this.")


def fits(*, items: Iterable[WorkItem], to: User) -> list[Fit]:
    """For each account whether this person may have it, under the predicates of get-next. Four queries."""
    given = list(items)
    parameters = {**claim.claim_parameters(to), "items": [item.pk for item in given]}
    with connection.cursor() as cursor:
        cursor.execute(_FITS, parameters)
        names = [column.name for column in cursor.description]
        found = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    return [Fit(item, _against(found.get(item.pk), to)) for item in given]


def _against(found: dict[str, object] | None, to: User) -> str:
    if found is None:
        return "This work is done or moved on."
    return next((words.format(to) for name, words in _AGAINST if found[name]), "")


@transaction.atomic
def let_go(*, item_id: int, by: User, reason: str) -> None:
    """A supervisor ends another's lease, so that anybody may take the work.

    Raises Refused ``work.no_reason``, NotAllowed ``work.supervisor``, Conflict ``work.closed`` or ``work.free``.
    """
    item = _supervised(item_id, by, reason)
    if item.leased_to_id is None:
        raise Conflict("work.free", "Nobody has this work now.")
    hand_back(item=item, by=Actor.person(by.pk), reason=reason.strip())


def _supervised(item_id: int, by: User, reason: str) -> WorkItem:
    if not reason.strip():
        raise Refused("work.no_reason", "Say why.")
    item = WorkItem.objects.filter(pk=item_id, facility_id__in=by.facility_ids(), closed_at__isnull=True).first()
    if item is None:
        raise Conflict("work.closed", "This work is closed.")
    if not by.has_role(Role.SUPERVISOR, item.facility_id):
        raise NotAllowed("work.supervisor", "Only a supervisor takes work from another person.")
    return item


@transaction.atomic
def take_over(*, item_id: int, by: User, to: User | None = None, reason: str = "") -> WorkItem:
    """A supervisor moves work from whoever has it to another person, or to themselves; a return follows.

    Raises NotAllowed ``work.supervisor`` without that role at the facility, Conflict ``work.closed``, and what
    ``claim_this`` raises when the receiver may not have it.
    """
    item = WorkItem.objects.filter(pk=item_id, facility_id__in=by.facility_ids(), closed_at__isnull=True).first()
    if item is None:
        raise Conflict("work.closed", "This work is closed.")
    if not by.has_role(Role.SUPERVISOR, item.facility_id):
        raise NotAllowed("work.supervisor", "Only a supervisor takes work from another person.")
    receiver = to or by
    account = lock_account(item.account_id)
    item.refresh_from_db()
    before = item.leased_to_id
    keep_assigned(items=[item], to=receiver, by=by, reason=reason)
    WorkItem.objects.filter(pk=item.pk).update(leased_to=None, leased_until=None, returned_to=receiver)
    taken = claim.claim_this(item_id=item.pk, user=receiver)
    payload = {"work": item.pk, "from": before, "to": receiver.pk, "reason": reason}
    history.record(account=account, kind="work.taken_over", by=Actor.person(by.pk), payload=payload)
    return taken


def keep_assigned(*, items: Iterable[WorkItem], to: User, by: User, reason: str) -> Assignment:
    """Write down who was given what; the accounts are locked, the items as they were before."""
    given = list(items)
    made = Assignment.objects.create(facility_id=given[0].facility_id, to=to, by=by, reason=reason.strip()[:200])
    rows = [
        AssignedItem(
            facility_id=item.facility_id, assignment=made, item=item, before_id=item.returned_to_id, token=item.lease_token
        )
        for item in given
    ]
    AssignedItem.objects.bulk_create(rows)
    return made


@transaction.atomic
def assign(*, item_ids: Iterable[int], to: User, by: User, reason: str) -> tuple[Assignment, list[Fit]]:
    """Give open work to one person: get-next offers it to them first and to nobody else. Answers those that it left out.

    Raises Refused ``work.no_reason``, ``work.too_many`` or ``work.none_fits``, NotAllowed ``work.supervisor``.
    """
    if not reason.strip():
        raise Refused("work.no_reason", "Say why.", fix="reason")
    wanted = list(dict.fromkeys(item_ids))
    if len(wanted) > MOST:
        raise Refused("work.too_many", f"At most {MOST} accounts at once.")
    items = list(WorkItem.objects.filter(pk__in=wanted, closed_at__isnull=True, facility_id__in=by.facility_ids()))
    if len({item.facility_id for item in items}) != 1:
        raise Refused("work.none_fits", "Choose open accounts of one facility.")
    _require(by, items[0].facility_id)
    accounts = {account.pk: account for account in lock_accounts(item.account_id for item in items)}
    items = list(WorkItem.objects.filter(pk__in=[item.pk for item in items], closed_at__isnull=True).order_by("rank_at", "pk"))
    asked = fits(items=items, to=to)
    good = [fit.item for fit in asked if not fit.against]
    if not good:
        raise Refused("work.none_fits", f"{to} can have none of these.")
    made = keep_assigned(items=good, to=to, by=by, reason=reason)
    # A lease that ran out ends with the assignment, or its person would get the account back before the new one.
    WorkItem.objects.filter(pk__in=[item.pk for item in good]).update(returned_to=to, leased_to=None, leased_until=None)
    for item in good:
        payload = {"work": item.pk, "to": to.pk, "assignment": made.pk, "reason": made.reason}
        history.record(account=accounts[item.account_id], kind="work.assigned", by=Actor.person(by.pk), payload=payload)
    return made, [fit for fit in asked if fit.against]


@transaction.atomic
def undo(*, assignment_id: int, by: User) -> int:
    """Take back what the person has not opened yet; answers how many.

    Raises Conflict ``work.opened`` when nothing is left to take back, NotAllowed ``work.supervisor``.
    """
    made = Assignment.objects.filter(pk=assignment_id, facility_id__in=by.facility_ids()).first()
    if made is None:
        raise Conflict("work.closed", "There is no such assignment.")
    _require(by, made.facility_id)
    rows = list(AssignedItem.objects.filter(assignment=made, undone_at__isnull=True).select_related("item"))
    accounts = {account.pk: account for account in lock_accounts(row.item.account_id for row in rows)}
    undone = 0
    for row in rows:
        # A newer token means that it was opened; another name, that it was given on since.
        unopened = WorkItem.objects.filter(pk=row.item_id, closed_at__isnull=True, returned_to_id=made.to_id)
        if not unopened.filter(lease_token=row.token, leased_to__isnull=True).update(returned_to=row.before_id):
            continue
        AssignedItem.objects.filter(pk=row.pk).update(undone_at=clock.now())
        payload = {"work": row.item_id, "assignment": made.pk}
        history.record(account=accounts[row.item.account_id], kind="work.unassigned", by=Actor.person(by.pk), payload=payload)
        undone += 1
    if not undone:
        raise Conflict("work.opened", f"{made.to} has opened all of it, or it was given on since.")
    Assignment.objects.filter(pk=made.pk).update(undone_at=clock.now())
    return undone


@transaction.atomic
def set_next_only(*, person: User, facility: Facility, by: User, reason: str) -> NextOnly:
    """From now on the person takes what get-next gives; lists are to look at.

    Raises Refused ``work.no_reason``, Conflict ``work.next_only`` when it is so already, NotAllowed ``work.supervisor``.
    """
    _require(by, facility.pk)
    if not reason.strip():
        raise Refused("work.no_reason", "Say why.", fix="reason")
    if not person.roles_at(facility.pk):
        raise Refused("work.no_role", "That person has no role here.")
    made, new = NextOnly.objects.get_or_create(
        user=person, facility=facility, ended_at=None, defaults={"set_by": by, "reason": reason.strip()[:200]}
    )
    if not new:
        raise Conflict("work.next_only", f"{person} takes what Get next gives already.")
    return made


@transaction.atomic
def end_next_only(*, person: User, facility: Facility, by: User) -> None:
    """The person chooses from lists again. Raises Conflict ``work.next_only`` when they do already."""
    _require(by, facility.pk)
    standing = NextOnly.objects.filter(user=person, facility=facility, ended_at__isnull=True)
    if not standing.update(ended_at=clock.now(), ended_by=by):
        raise Conflict("work.next_only", f"{person} chooses from lists already.")
