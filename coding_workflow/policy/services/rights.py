"""Who writes and who publishes, what is refused before either, and what is written down."""

from collections.abc import Iterable, Iterator
from typing import Final

from accounts.errors import NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.policy import reading
from coding_workflow.policy.models import PolicyEvent
from coding_workflow.policy.reading import Fault
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.staff.models import Role, User

WRITES: Final = (Role.ADMINISTRATOR,)
#: The second person: another administrator, or compliance.
PUBLISHES: Final = (Role.ADMINISTRATOR, Role.COMPLIANCE)
SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 300


def require(person: User, facility: Facility, roles: Iterable[Role], sentence: str) -> None:
    """Raise NotAllowed ``policy.role`` unless the person holds one of the roles at the facility."""
    if not any(person.has_role(role, facility.pk) for role in roles):
        raise NotAllowed("policy.role", sentence)


def require_writer(person: User, facility: Facility) -> None:
    """Raise NotAllowed ``policy.role`` unless the person may write the facility's policy."""
    require(person, facility, WRITES, "Only administrators of this facility write its policy.")


def require_publisher(person: User, facility: Facility) -> None:
    """Raise NotAllowed ``policy.role`` unless the person may publish the facility's policy."""
    require(person, facility, PUBLISHES, "Only administrators and compliance of this facility publish its policy.")


def reasoned(reason: str) -> str:
    """The reason as it is kept. Raises Refused ``policy.reason``."""
    said = " ".join(reason.split())
    if not SHORTEST_REASON <= len(said) <= LONGEST_REASON:
        raise Refused("policy.reason", f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters: it is kept.", fix="reason")
    return said


def refuse_faults(policy: FacilityPolicy) -> None:
    """Raise Refused ``policy.fault`` with the first place that is wrong."""
    fault = next(iter(reading.check(policy)), None)
    if fault is not None:
        raise Refused("policy.fault", str(fault), fix=fault.place)


def people_faults(facility: Facility, policy: FacilityPolicy) -> Iterator[Fault]:
    """People that the policy names and who do not hold the role it takes at this facility. Two queries."""
    administrators, supervisors = (_names(facility, role) for role in (Role.ADMINISTRATOR, Role.SUPERVISOR))
    for n, declared in enumerate(policy.downstream):
        if declared.declared_by.strip() and declared.declared_by not in administrators:
            yield Fault(f"downstream[{n}].declared_by", f"“{declared.declared_by}” is no administrator of this facility")
    for n, released in enumerate(policy.auto_release):
        if released.accountable_supervisor.strip() and released.accountable_supervisor not in supervisors:
            place = f"auto_release[{n}].accountable_supervisor"
            yield Fault(place, f"“{released.accountable_supervisor}” is no supervisor of this facility")


def _names(facility: Facility, role: Role) -> frozenset[str]:
    return frozenset(User.objects.holding(role, facility.pk).values_list("username", flat=True))


def write_down(*, facility: Facility, kind: str, by: User, reason: str, number: int | None = None) -> PolicyEvent:
    """Keep one act."""
    return PolicyEvent.objects.create(facility=facility, kind=kind, by=by, reason=reason, number=number)
