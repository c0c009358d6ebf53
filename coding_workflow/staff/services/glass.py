"""Opening a restricted account for a reason (emergency access, 45 CFR 164.312(a)(2)(ii))."""

import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts import history
from accounts.clock import now
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Account
from coding_workflow.staff.models import BreakGlass, BreakGlassReview, GlassOutcome, Role, User

from .rights import note

#: A reason shorter than this says nothing that compliance could review.
SHORTEST_REASON: Final = 15
LONGEST_REASON: Final = 200
_LONGEST_WORDS: Final = 500
#: Roles whose work is on accounts; administering people is no reason to read a record.
WORKING: Final = frozenset({Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.BILLER, Role.COMPLIANCE})


def open_for() -> datetime.timedelta:
    """How long an opened account stays open (``BREAK_GLASS_MINUTES``)."""
    return datetime.timedelta(minutes=settings.BREAK_GLASS_MINUTES)


@transaction.atomic
def break_glass(*, user: User, account: Account, reason: str, minutes: int | None = None) -> BreakGlass:
    """Open one restricted account to one person for ``BREAK_GLASS_MINUTES`` (60), or fewer; compliance sees who, when and why.

    Raises NotAllowed ``glass.role`` without a working role at the account's facility, ``glass.system`` for a program; Refused
    ``glass.not_restricted``, ``glass.reason`` under 15 characters or over 200, ``glass.minutes`` over the limit. A second call
    while it is open answers the open one.
    """
    if user.is_system:
        raise NotAllowed("glass.system", "A program opens no restricted account: a person does, with a reason.")
    if not user.roles_at(account.facility_id) & WORKING:
        raise NotAllowed("glass.role", "Your role does not work on accounts of this facility.")
    if not account.restricted:
        raise Refused("glass.not_restricted", "This account is not restricted.")
    words = " ".join(reason.split())
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise Refused("glass.reason", f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters.", fix="reason")
    most = settings.BREAK_GLASS_MINUTES
    if minutes is not None and not 1 <= minutes <= most:
        raise Refused("glass.minutes", f"It can be open for 1 to {most} minutes.", fix="minutes")
    at = now()
    opened = BreakGlass.objects.filter(user=user, account=account, expires_at__gt=at).first()
    if opened is not None:
        return opened
    until = at + (open_for() if minutes is None else datetime.timedelta(minutes=minutes))
    opened = BreakGlass.objects.create(
        user=user, account=account, facility_id=account.facility_id, reason=words, opened_at=at, expires_at=until
    )
    history.record_access(user_id=user.pk, kind="account.break_glass", account=account, reason=words)
    note(by=user, person=user, kind="restricted.opened", facility=account.facility, account=account.pk)
    user.forget_rights()
    return opened


@transaction.atomic
def review_opening(*, opening: BreakGlass, by: User, outcome: str, words: str = "") -> BreakGlassReview:
    """Write down once what compliance found about an opening, after it has run out.

    Raises NotAllowed ``glass.reviewer`` unless ``by`` is compliance at the facility, ``glass.own`` for one's own opening;
    Conflict ``glass.reviewed`` the second time; Refused ``glass.open`` while the account can still be opened by it (what
    is seen until then belongs to it), ``glass.outcome``, and ``glass.words`` without words for anything but justified.
    """
    if not by.has_role(Role.COMPLIANCE, opening.facility_id):
        raise NotAllowed("glass.reviewer", "Only compliance of the facility reviews openings.")
    if by.pk == opening.user_id:
        raise NotAllowed("glass.own", "Nobody reviews their own opening: another person of compliance does.")
    if opening.expires_at > now():
        raise Refused("glass.open", "This account is still open to the person: review it when that has run out.")
    said = " ".join(words.split())[:_LONGEST_WORDS]
    if outcome not in GlassOutcome.values:
        raise Refused("glass.outcome", "Choose an outcome.", fix="outcome")
    if outcome != GlassOutcome.JUSTIFIED and not said:
        raise Refused("glass.words", "Say what was found, or to whom it was passed on.", fix="words")
    review, made = BreakGlassReview.objects.get_or_create(
        opening=opening, defaults={"reviewer": by, "outcome": outcome, "words": said}
    )
    if not made:
        raise Conflict("glass.reviewed", "Somebody has reviewed this opening already.")
    note(by=by, person=opening.user, kind="restricted.reviewed", facility=opening.facility, opening=opening.pk, outcome=outcome)
    return review
