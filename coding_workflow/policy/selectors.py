"""The policy in force."""

from accounts.models import Facility

from .rules import FacilityPolicy
from .standard import STANDARD


def policy_for(facility: Facility) -> FacilityPolicy:
    """The facility's published policy, or the standard one while it has published none."""
    return STANDARD
