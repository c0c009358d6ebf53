"""Opening a restricted account for a reason (emergency access, 45 CFR 164.312(a)(2)(ii))."""

import datetime
from typing import Final

from django.db import transaction

from accounts import history
from accounts.clock import now
from accounts.errors import NotAllowed, Refused
from accounts.models import Account
from coding_workflow.staff.models import BreakGlass, Role, User

from .rights import note

#: A reason shorter than this says nothing that compliance could review.
SHORTEST_REASON: Final = 15
LONGEST_REASON: Final = 200
OPEN_FOR: Final = datetime.timedelta(minutes=60)
#: Roles whose work is on accounts; administering people is no reason to read a record.
WORKING: Final = frozenset({Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.BILLER, Role.COMPLIANCE})


@transaction.atomic
def break_glass(*, user: User, account: Account, reason: str) -> BreakGlass:
    """Open one restricted account to one person for 60 minutes; compliance sees who, when and why.

    Raises NotAllowed ``glass.role`` without a working role at the account's facility; Refused ``glass.not_restricted``,
    ``glass.reason`` under 15 characters or over 200. A second call while it is open answers the open one.
    """
    if not user.roles_at(account.facility_id) & WORKING:
        raise NotAllowed("glass.role", "Your role does not work on accounts of this facility.")
    if not account.restricted:
        raise Refused("glass.not_restricted", "This account is not restricted.")
    words = " ".join(reason.split())
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise Refused("glass.reason", f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters.", fix="reason")
    at = now()
    opened = BreakGlass.objects.filter(user=user, account=account, expires_at__gt=at).first()
    if opened is not None:
        return opened
    opened = BreakGlass.objects.create(
        user=user, account=account, facility_id=account.facility_id, reason=words, opened_at=at, expires_at=at + OPEN_FOR
    )
    history.record_access(user_id=user.pk, kind="account.break_glass", account=account, reason=words)
    note(by=user, person=user, kind="restricted.opened", facility=account.facility, account=account.pk)
    user.forget_rights()
    return opened
