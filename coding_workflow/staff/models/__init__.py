"""The people: who they are, what they may do, what they are competent for, and what was done about them."""

from .cached import CachedValue
from .competence import Competence, Supervision
from .people import User, UserManager, UserQuerySet
from .records import BreakGlass, BreakGlassReview, GlassOutcome, SignInOutcome, SignInRecord, StaffEvent
from .roles import Role, RoleGrant
from .tokens import ApiToken, TokenScope

__all__ = [
    "ApiToken",
    "BreakGlass",
    "BreakGlassReview",
    "CachedValue",
    "Competence",
    "GlassOutcome",
    "Role",
    "RoleGrant",
    "SignInOutcome",
    "SignInRecord",
    "StaffEvent",
    "Supervision",
    "TokenScope",
    "User",
    "UserManager",
    "UserQuerySet",
]
