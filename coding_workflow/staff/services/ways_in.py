"""Passwords, second factors and sessions of a person."""

import datetime
from typing import Final

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import now
from accounts.errors import Refused
from coding_workflow.staff.models import User
from coding_workflow.staff.passwords import temporary_password

from .rights import locked, note, refuse_own, require_administrator_of

#: How long a password that somebody else has seen may be used to sign in.
TEMPORARY_FOR: Final = datetime.timedelta(hours=24)


@transaction.atomic
def set_password(*, by: User | None, person: User, password: str) -> None:
    """Set a lasting password, by command. Raises Refused ``password.weak`` with the rule that it breaks; sessions end."""
    require_administrator_of(by, person)
    try:
        validate_password(password, person)
    except ValidationError as weak:
        raise Refused("password.weak", " ".join(weak.messages), fix="password") from None
    _store(person, password, temporary=False)
    note(by=by, person=person, kind="password.set")


@transaction.atomic
def reset_password(*, by: User | None, person: User) -> str:
    """A new temporary password, answered once and kept nowhere; the person must change it within 24 hours.

    Sessions end. Raises NotAllowed for oneself and for a person who also works at a facility ``by`` does not administer,
    Refused ``password.system`` for a system.
    """
    refuse_own(by, person)
    require_administrator_of(by, person)
    return give_temporary_password(by=by, person=person)


def give_temporary_password(*, by: User | None, person: User) -> str:
    """Inside a service that has checked the rights: set, note and answer a temporary password."""
    password = temporary_password()
    _store(person, password, temporary=True)
    note(by=by, person=person, kind="password.reset")
    return password


def _store(person: User, password: str, *, temporary: bool) -> None:
    row = locked(person)
    if row.is_system:
        raise Refused("password.system", "A system works by tokens; it never signs in.", fix="password")
    row.set_password(password)
    row.must_change_password = temporary
    row.temporary_password_until = now() + TEMPORARY_FOR if temporary else None
    row.save(update_fields=["password", "must_change_password", "temporary_password_until"])


@transaction.atomic
def reset_totp(*, by: User | None, person: User) -> None:
    """Remove a lost authenticator app and its recovery codes; sessions end, and policy asks for a new app at sign-in.

    Raises NotAllowed as reset_password does.
    """
    refuse_own(by, person)
    require_administrator_of(by, person)
    row = locked(person)
    Authenticator.objects.filter(user_id=row.pk).delete()
    _raise_epoch(row)
    note(by=by, person=row, kind="second_factor.reset")


@transaction.atomic
def end_sessions(*, by: User | None, person: User) -> None:
    """End every session of a person with their next request; one's own, or those of a person one administers."""
    if by is not None and by.pk != person.pk:
        require_administrator_of(by, person)
    row = locked(person)
    _raise_epoch(row)
    note(by=by, person=row, kind="sessions.ended")


def _raise_epoch(row: User) -> None:
    row.session_epoch += 1
    row.save(update_fields=["session_epoch"])
