"""One-time codes from the clock (RFC 6238 over RFC 4226), pure: the secret and the instant are arguments."""

import base64
import hmac
from typing import Final

PERIOD: Final = 30
DIGITS: Final = 6


def code_at(secret: str, step: int) -> str:
    """The six digits of a time step; ``secret`` is base32 text."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, code: str, at: float, tolerance: int = 1) -> int | None:
    """The time step whose code this is, at most ``tolerance`` steps of 30 s away from ``at`` (Unix seconds), or None."""
    typed = "".join(code.split())
    now = int(at) // PERIOD
    steps = range(now - tolerance, now + tolerance + 1)
    matches = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), typed.encode())]
    return matches[-1] if matches else None
