"""How long a session lasts: a pure decision over what the session remembers."""

from dataclasses import dataclass
from typing import Final

from .models import SignInOutcome

BEGAN: Final = "session_began_at"
SEEN: Final = "session_seen_at"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds without input, and seconds in all, after which a session ends."""

    idle: int
    absolute: int


def ended(began: float, seen: float, at: float, limits: Limits) -> SignInOutcome | None:
    """Why a session is over at an instant (Unix seconds), or None while it lasts."""
    if at - began > limits.absolute:
        return SignInOutcome.TOO_LONG
    if at - seen > limits.idle:
        return SignInOutcome.IDLE
    return None
