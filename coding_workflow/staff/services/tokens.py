"""API tokens: made with no more than the owner's rights, shown once, counted, revoked."""

import datetime
import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db import transaction

from accounts.clock import now
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.staff.models import ApiToken, TokenScope, User

from .rights import locked, note, require_administrator_at

MARK: Final = "cw"
LONGEST_DAYS: Final = 365
MOST_LIVE: Final = 20
_PREFIX_BYTES: Final = 4
_SECRET_BYTES: Final = 32
_FORM: Final = re.compile(r"cw_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_MINUTE: Final = 60

# One statement looks the token up, notes its use and counts its minute, in a transaction of its own: two requests of a token
# wait for each other no longer than this takes.
_USE: Final = """
UPDATE staff_apitoken SET
    last_used_at = statement_timestamp(),
    minute_began_at = CASE WHEN minute_began_at > statement_timestamp() - interval '60 seconds'
                           THEN minute_began_at ELSE statement_timestamp() END,
    minute_count = CASE WHEN minute_began_at > statement_timestamp() - interval '60 seconds'
                        THEN minute_count + 1 ELSE 1 END
WHERE prefix = %(prefix)s AND secret_hash = %(hash)s AND revoked_at IS NULL AND expires_at > statement_timestamp()
    AND coalesce(last_used_at, made_at) > statement_timestamp() - make_interval(days => %(idle)s)
RETURNING *, 60 - floor(extract(epoch FROM statement_timestamp() - minute_began_at))::int AS seconds_left
"""


class UnusableToken(Exception):
    """The token opens nothing: unknown, revoked, run out, long unused, or its owner was shut out. Which, is not told."""


class TooMany(Exception):
    """The token was used too often in this minute; ``wait`` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Used:
    """A token that was accepted, and its owner, limited to the token's facility and roles."""

    token: ApiToken
    owner: User


@transaction.atomic
def make_token(
    *, by: User, owner: User, facility: Facility, name: str, scope: str, roles: Collection[str], days: int
) -> tuple[ApiToken, str]:
    """Make a token for oneself, or for a system that one administers; answers it and its text, told once.

    Raises NotAllowed ``token.owner`` for somebody else's, ``staff.not_administrator``; Refused ``token.name``,
    ``token.scope``, ``token.roles`` for roles that the owner does not hold at the facility, ``token.days`` outside 1 to
    365, Conflict ``token.many`` with twenty that still work.
    """
    if owner.is_system:
        require_administrator_at(by, facility)
    elif owner.pk != by.pk:
        raise NotAllowed("token.owner", "People make their own tokens.")
    if not name.strip():
        raise Refused("token.name", "Say what the token is for.", fix="name")
    if scope not in TokenScope.values:
        raise Refused("token.scope", "Choose what the token may do.", fix="scope")
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused("token.days", f"A token works for 1 to {LONGEST_DAYS} days.", fix="days")
    row = locked(owner)
    wanted = sorted(set(roles))
    if not wanted or not set(wanted) <= row.roles_at(facility.pk):
        raise Refused("token.roles", f"Choose roles that {row} holds at {facility.name}.", fix="roles")
    at = now()
    if ApiToken.objects.filter(owner=row, revoked_at__isnull=True, expires_at__gt=at).count() >= MOST_LIVE:
        raise Conflict("token.many", f"{MOST_LIVE} tokens work already; revoke one first.")
    prefix = secrets.token_hex(_PREFIX_BYTES)
    text = f"{MARK}_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    made = ApiToken.objects.create(
        owner=row,
        facility=facility,
        made_by=by,
        name=name.strip()[:80],
        prefix=prefix,
        secret_hash=_hash(text),
        scope=scope,
        roles=wanted,
        epoch=row.session_epoch,
        made_at=at,
        expires_at=at + datetime.timedelta(days=days),
    )
    note(by=by, person=row, kind="token.made", facility=facility, prefix=prefix, scope=scope, roles=wanted)
    return made, text


@transaction.atomic
def revoke_token(*, by: User, token: ApiToken) -> None:
    """End a token with the next request: one's own, or one of a facility that one administers.

    Raises NotAllowed ``staff.not_administrator``, Conflict ``token.revoked``.
    """
    if token.owner_id != by.pk:
        require_administrator_at(by, token.facility)
    if not ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now(), revoked_by=by):
        raise Conflict("token.revoked", "This token is revoked already.")
    note(by=by, person=token.owner, kind="token.revoked", facility=token.facility, prefix=token.prefix)


def use_token(text: str) -> Used:
    """The token behind a text, noted and counted, with its owner limited to it.

    Raises UnusableToken, TooMany, and NotAllowed ``token.duty`` while its owner has to sign in and do something first.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise UnusableToken
    parameters = {"prefix": form[1], "hash": _hash(text), "idle": settings.API_TOKEN_IDLE_DAYS}
    with transaction.atomic():
        token = next(iter(ApiToken.objects.raw(_USE, parameters)), None)
    if token is None:
        raise UnusableToken
    owner: User = User.objects.get(pk=token.owner_id)
    if not owner.is_active or owner.session_epoch != token.epoch:
        raise UnusableToken
    if token.minute_count > settings.API_TOKEN_REQUESTS_A_MINUTE:
        raise TooMany(min(max(int(token.seconds_left), 1), _MINUTE))  # type: ignore[attr-defined]
    _refuse_duties(owner)
    owner.limit_to(token.facility_id, token.roles)
    return Used(token, owner)


def _refuse_duties(owner: User) -> None:
    """What stands between a person and every page stands between their token and every answer."""
    if owner.is_system:
        return
    if owner.must_change_password:
        raise NotAllowed("token.duty", "The token's owner has to sign in and change the password first.")
    if settings.REQUIRE_TOTP and not is_mfa_enabled(owner, [Authenticator.Type.TOTP]):
        raise NotAllowed("token.duty", "The token's owner has to sign in and connect an authenticator app first.")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
