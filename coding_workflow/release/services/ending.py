"""A reasoned end without a claim: self-pay left without being seen, written off ..."""

from django.db import transaction

from accounts import history, lifecycle
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, Hold, HoldSource, Step, WorkKind
from accounts.services.holds import resolve_hold
from accounts.services.work import close_work
from coding_workflow.staff.models import Role, User


@transaction.atomic
def end_without_claim(*, account_id: int, by: Actor, reason: str) -> Account:
    """Close an account that will not be billed, with words; open work and the check's holds end with it.

    By a supervisor or by policy. Raises NotAllowed ``release.role``, Refused ``end.no_reason``, Conflict ``account.move``.
    """
    if not reason.strip():
        raise Refused("end.no_reason", "Say why there will be no claim.")
    account = lock_account(account_id)
    person = User.objects.filter(pk=by.user_id, is_active=True).first() if by.user_id else None
    if by.kind == "person" and (person is None or not person.has_role(Role.SUPERVISOR, account.facility_id)):
        raise NotAllowed("release.role", "Only a supervisor of this facility ends an account without a claim.")
    for kind in (WorkKind.CODING, WorkKind.RELEASE):
        close_work(account=account, kind=kind, outcome="no_claim", by=by)
    for hold in Hold.objects.filter(account=account, resolved_at__isnull=True, source=HoldSource.CHECK):
        resolve_hold(
            account=account, hold=hold, by=Actor.system("release.check"), resolution="The account ended without a claim."
        )
    lifecycle.move(account=account, to=Step.CLOSED, by=by, reason=reason)
    history.record(account=account, kind="account.ended", by=by, payload={"reason": reason})
    return account
