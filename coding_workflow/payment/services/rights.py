"""Who may do what with claims: checked where a person acts; feeds and tasks act under their own names."""

from accounts.actors import Actor
from accounts.errors import NotAllowed
from coding_workflow.staff.models import Role, User


def require(*roles: Role, by: Actor, facility_id: int) -> None:
    """Let a person act only with one of the roles at the facility. Raises NotAllowed ``payment.role``."""
    if by.kind != "person":
        return
    person = User.objects.filter(pk=by.user_id, is_active=True).first()
    if person is None or not any(person.has_role(role, facility_id) for role in roles):
        names = " or ".join(role.label.lower() for role in roles)
        raise NotAllowed("payment.role", f"Only a {names} of this facility does this.")
