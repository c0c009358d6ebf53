"""Who may do what to whom: administrators, at their own facilities, never to themselves."""

from collections.abc import Collection

from accounts.errors import NotAllowed
from accounts.models import Facility
from coding_workflow.staff.models import Role, RoleGrant, StaffEvent, User


def locked(person: User) -> User:
    """The person's row, locked until the transaction ends, with rights read anew."""
    row: User = User.objects.select_for_update().get(pk=person.pk)
    return row


def require_administrator_at(by: User | None, facility: Facility) -> None:
    """Raise NotAllowed ``staff.not_administrator`` unless ``by`` administers the facility, or is a command."""
    if by is not None and not by.has_role(Role.ADMINISTRATOR, facility.pk):
        raise NotAllowed("staff.not_administrator", f"Only an administrator of {facility.name} can do this.")


def require_administrator_of(by: User | None, person: User) -> None:
    """Raise NotAllowed unless ``by`` administers every facility where the person works.

    Whoever can set a person's password can act as that person, so one facility's administrator must not reach
    another facility this way.
    """
    if by is None:
        return
    places = RoleGrant.objects.filter(user=person, ended_at__isnull=True).values_list("facility_id", flat=True)
    everywhere = set(places) or set(RoleGrant.objects.filter(user=person).values_list("facility_id", flat=True))
    if not everywhere or not all(by.has_role(Role.ADMINISTRATOR, facility) for facility in everywhere):
        raise NotAllowed("staff.works_elsewhere", "This person also works at a facility that you do not administer.")


def refuse_own(by: User | None, person: User) -> None:
    """Raise NotAllowed ``staff.own_rights``: nobody changes their own rights, ways in or competence."""
    if by is not None and by.pk == person.pk:
        raise NotAllowed("staff.own_rights", "Nobody changes their own rights; ask another administrator.")


def keep_an_administrator(facility_ids: Collection[int], leaving: User) -> None:
    """Raise NotAllowed ``staff.last_administrator`` if nobody else would administer one of the facilities.

    Locks the facilities in key order, so that two administrators cannot remove each other at once.
    """
    for facility in Facility.objects.select_for_update().filter(pk__in=facility_ids).order_by("pk"):
        if not User.objects.holding(Role.ADMINISTRATOR, facility.pk).exclude(pk=leaving.pk).exists():
            raise NotAllowed("staff.last_administrator", f"{facility.name} would be left without an administrator.")


def note(*, by: User | None, person: User, kind: str, facility: Facility | None = None, **payload: object) -> StaffEvent:
    """Append one line to the person's history; ``kind`` is a dotted code, the payload holds no secrets."""
    return StaffEvent.objects.create(actor=by, subject=person, facility=facility, kind=kind, payload=payload)
