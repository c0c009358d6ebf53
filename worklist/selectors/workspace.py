"""The account page's head: whose account it is, who has it open, and what this person may do with it."""

import datetime
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from accounts.models import Account, Coverage, Step, WorkItem, WorkKind
from coding_workflow.coding.selectors import coder_ids
from coding_workflow.staff.models import Role, User

#: What a page reads together with the account row.
JOINED: Final = ("facility", "patient", "unit", "attending", "operating")
_OWN_WORK: Final = "You coded this account; another supervisor approves it."


@dataclass(frozen=True, slots=True)
class Desk:
    """The account on the desk. ``writes``: this person may change codes now; ``why_not`` says why when not.

    ``until`` is when the lease runs out; None when nobody has the account open.
    """

    account: Account
    payer: str
    item: WorkItem | None
    holder: str
    until: datetime.datetime | None
    stay_days: int | None
    mine: bool
    writes: bool
    may_take: bool
    approves: bool
    why_not: str
    roles: frozenset[str]

    @property
    def sees_claims(self) -> bool:
        """Whether the claims page is open to the person."""
        return bool(self.roles & {Role.BILLER, Role.SUPERVISOR, Role.COMPLIANCE})

    @property
    def takes_record(self) -> bool:
        """Whether the person may take the record out as a file."""
        return bool(self.roles & {Role.SUPERVISOR, Role.COMPLIANCE})

    @property
    def notes(self) -> bool:
        """Whether the person may hold the account, find documents wanting and override: coders and supervisors."""
        return bool(self.roles & {Role.CODER, Role.SUPERVISOR}) and self.account.step in (Step.CODING, Step.FINAL_CODED)

    @property
    def asks(self) -> bool:
        """Whether the person may write a query about the account."""
        return Role.CODER in self.roles and self.account.step in (Step.CODING, Step.FINAL_CODED)


def desk(account: Account, user: User) -> Desk:
    """What the head shows. Two queries; four more for a supervisor at a final-coded account."""
    cover = Coverage.objects.filter(account=account, rank=1).select_related("payer").first()
    item = _coding_work(account)
    held_now = bool(item and item.leased_to_id and item.leased_until and item.leased_until > timezone.now())
    mine = bool(item and item.leased_to_id == user.pk)
    roles = frozenset(user.roles_at(account.facility_id))
    supervises = Role.SUPERVISOR in roles and account.step == Step.FINAL_CODED
    own_work = supervises and user.pk in coder_ids(account.pk)
    why_not = _OWN_WORK if own_work else _why_not(account, item, roles, mine=mine, held_now=held_now)
    return Desk(
        account=account,
        payer=str(cover.payer) if cover else "No payer",
        item=item,
        holder=str(item.leased_to) if item and (held_now or mine) else "",
        until=item.leased_until if item and held_now else None,
        stay_days=account.length_of_stay(),
        mine=mine,
        writes=not why_not,
        may_take=bool(item) and Role.CODER in roles and not held_now and not mine and account.step == Step.CODING,
        approves=supervises and not own_work,
        why_not=why_not,
        roles=roles,
    )


def _coding_work(account: Account) -> WorkItem | None:
    items = WorkItem.objects.filter(account=account, kind=WorkKind.CODING, closed_at__isnull=True)
    return items.select_related("leased_to", "returned_to").first()


def _why_not(account: Account, item: WorkItem | None, roles: frozenset[str], *, mine: bool, held_now: bool) -> str:
    if account.step != Step.CODING:
        return f"The account is {account.get_step_display().lower()}; its codes cannot be changed now."
    if Role.CODER not in roles:
        return "You read this account; coders of this facility change it."
    if item is None:
        return "There is no open coding work on this account."
    if mine:
        return ""
    if held_now:
        return f"{item.leased_to} has this account open; you can read it."
    return "Nobody has this account open. Take it to code it."
