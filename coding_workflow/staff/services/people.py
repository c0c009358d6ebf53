"""Adding people, and taking them out and back in. Nobody is deleted: their name stays on what they did."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.actors import Actor
from accounts.clock import now
from accounts.errors import Conflict, Refused
from accounts.models import Facility
from accounts.services.work import release_work_of
from coding_workflow.staff import keys
from coding_workflow.staff.models import Role, RoleGrant, User

from .rights import keep_an_administrator, locked, note, refuse_own, require_administrator_at, require_administrator_of
from .roles import grant_role
from .ways_in import give_temporary_password

#: How a user name may be spelled.
USER_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


@transaction.atomic
def create_person(
    *, by: User | None, facility: Facility, username: str, full_name: str, roles: Collection[str], email: str = ""
) -> tuple[User, str]:
    """Add a person with roles at one facility; answers the person and a temporary password, told once.

    Raises NotAllowed unless ``by`` administers the facility; Refused ``person.user_name`` for other than lower-case
    letters, digits, point, dash and underscore (look-alikes from other alphabets included), ``person.name`` without
    a full name, ``person.no_role`` without a role; Conflict ``person.exists`` for a name in use.
    """
    person = _create(by, facility, username, roles, full_name=full_name, email=email)
    return person, give_temporary_password(by=by, person=person)


@transaction.atomic
def create_system(*, by: User | None, facility: Facility, username: str, full_name: str, roles: Collection[str]) -> User:
    """Add a system: a program with a name of its own in every record. It works by tokens and never signs in.

    Raises as ``create_person``, and Refused ``role.for_people``.
    """
    return _create(by, facility, username, roles, full_name=full_name, is_system=True)


def _create(by: User | None, facility: Facility, username: str, roles: Collection[str], *, full_name: str, **values: Any) -> User:
    require_administrator_at(by, facility)
    if not USER_NAME.fullmatch(username):
        raise Refused(
            "person.user_name", "Use 2 to 64 lower-case letters, digits, points, dashes or underscores.", fix="username"
        )
    if not full_name.strip():
        raise Refused("person.name", "Give the full name.", fix="full_name")
    if not roles:
        raise Refused("person.no_role", "Choose at least one role.", fix="roles")
    found: tuple[User, bool] = User.objects.get_or_create(
        username=username, defaults={"full_name": full_name.strip(), "password": make_password(None), **values}
    )
    person, made = found
    if not made:
        raise Conflict("person.exists", "This user name is taken.", fix="username")
    note(by=by, person=person, kind="person.created", facility=facility)
    for role in sorted(roles):
        grant_role(by=by, person=person, facility=facility, role=role)
    return person


@transaction.atomic
def disable_person(*, by: User | None, person: User, reason: str) -> int:
    """Shut a person out at once: sessions end with the next request, what they hold goes back. Answers how many items.

    Raises Refused ``person.no_reason``, Conflict ``person.disabled``, and NotAllowed for oneself, for a person who
    also works elsewhere, and for the last administrator of a facility.
    """
    refuse_own(by, person)
    require_administrator_of(by, person)
    if not reason.strip():
        raise Refused("person.no_reason", "Say why the person is disabled.", fix="reason")
    row = locked(person)
    if not row.is_active:
        raise Conflict("person.disabled", "This person is disabled already.")
    administers = RoleGrant.objects.filter(user=row, role=Role.ADMINISTRATOR, ended_at__isnull=True)
    keep_an_administrator(set(administers.values_list("facility_id", flat=True)), row)
    row.is_active, row.disabled_at, row.session_epoch = False, now(), row.session_epoch + 1
    row.save(update_fields=["is_active", "disabled_at", "session_epoch"])
    actor = Actor.person(by.pk) if by is not None else Actor.system("staff.disable")
    returned = release_work_of(user_id=row.pk, by=actor, reason="person disabled")
    note(by=by, person=row, kind="person.disabled", reason=reason.strip(), work_returned=returned)
    return returned


@transaction.atomic
def enable_person(*, by: User | None, person: User) -> None:
    """Let a person in again, with the roles they had. Raises Conflict ``person.enabled``, NotAllowed as for disabling."""
    refuse_own(by, person)
    require_administrator_of(by, person)
    row = locked(person)
    if row.is_active:
        raise Conflict("person.enabled", "This person is not disabled.")
    row.is_active, row.disabled_at = True, None
    row.save(update_fields=["is_active", "disabled_at"])
    note(by=by, person=row, kind="person.enabled")


@transaction.atomic
def keep_keys(*, person: User, chosen: Mapping[str, str]) -> None:
    """Keep a person's own keys, by the names of actions; those left out are as standard. Their own choice: it leaves no event.

    Raises Refused ``keys.none`` or ``keys.conflict`` with the first action whose key is none, or means something else as well.
    """
    own = keys.differing({name: _key(name, typed) for name, typed in chosen.items()})
    wrong = next(iter(keys.conflicts(keys.effective(own)).items()), None)
    if wrong is not None:
        raise Refused("keys.conflict", wrong[1], fix=wrong[0])
    User.objects.filter(pk=person.pk).update(keys=own)
    person.keys = own


def _key(name: str, typed: str) -> str:
    try:
        return keys.read(typed)
    except keys.NoKey as wrong:
        raise Refused("keys.none", str(wrong), fix=name) from None


@transaction.atomic
def choose_keys(*, person: User, single_letters: bool) -> None:
    """Whether single letters are keys on the person's pages. Their own choice; it changes no right and leaves no event."""
    User.objects.filter(pk=person.pk).update(single_letter_keys=single_letters)
    person.single_letter_keys = single_letters
