"""Every write about people. ``by`` is the administrator who acts; None stands for a command on the server."""

from .competence import end_competence, record_competence
from .glass import break_glass, review_opening
from .people import choose_keys, create_person, create_system, disable_person, enable_person, keep_keys
from .roles import end_role, grant_role
from .tokens import make_token, revoke_token
from .ways_in import end_sessions, reset_password, reset_totp, set_password

__all__ = [
    "break_glass",
    "choose_keys",
    "create_person",
    "create_system",
    "disable_person",
    "enable_person",
    "end_competence",
    "end_role",
    "end_sessions",
    "grant_role",
    "keep_keys",
    "make_token",
    "record_competence",
    "reset_password",
    "reset_totp",
    "review_opening",
    "revoke_token",
    "set_password",
]
