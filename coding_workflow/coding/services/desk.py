"""Sitting down to an account: locked, at the coding step, in this coder's hands, by a competent coder."""

from django.db.models.functions import Now

from accounts import clock
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed
from accounts.locking import lock_account
from accounts.models import Account, Step, WorkItem, WorkKind
from accounts.services.work import LEASE
from coding_workflow.staff.models import Role, User
from coding_workflow.staff.selectors import competent


def open_for_coding(*, account_id: int, by: Actor) -> Account:
    """Lock the account for one coder's change.

    Raises Conflict ``coding.step`` outside the coding step and ``work.taken`` (naming who) while somebody else has
    it; NotAllowed ``coding.role`` or ``coding.competence`` when the person may not code this type (condition 1).
    """
    account = lock_account(account_id)
    if account.step != Step.CODING:
        raise Conflict("coding.step", f"The account is {Step(account.step).label.lower()}; its codes cannot be changed now.")
    coder = require_coder(account=account, by=by)
    _hold_work(account, coder)
    return account


def require_coder(*, account: Account, by: Actor) -> User:
    """The person, if coder at the facility and competent for this type of coding today."""
    coder: User | None = User.objects.filter(pk=by.user_id, is_active=True).first()
    if coder is None or not coder.has_role(Role.CODER, account.facility_id):
        raise NotAllowed("coding.role", "Only a coder of this facility assigns codes.")
    if competent(coder, account.facility, account.patient_class, clock.today(account.facility)) is None:
        kind = account.get_patient_class_display().lower()
        raise NotAllowed("coding.competence", f"You have no competence in date for {kind} coding; ask your supervisor.")
    return coder


def _hold_work(account: Account, coder: User) -> None:
    item = WorkItem.objects.filter(account=account, kind=WorkKind.CODING, closed_at__isnull=True).first()
    if item is None:
        raise Conflict("work.none", "There is no open coding work on this account.")
    free = WorkItem.objects.filter(pk=item.pk).exclude(leased_to__isnull=False, leased_until__gt=Now())
    mine = WorkItem.objects.filter(pk=item.pk, leased_to=coder)
    if not (free | mine).update(leased_to=coder, leased_until=Now() + LEASE):
        raise Conflict("work.taken", f"{_holder(item)} has this account open.")


def _holder(item: WorkItem) -> str:
    holder = User.objects.filter(pk=item.leased_to_id).first()
    return holder.full_name if holder else "Somebody else"
