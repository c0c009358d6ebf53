"""How a receiver knows that a message is ours and new: HMAC-SHA256 over id, time and body. Pure."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

MARK: Final = "whsec_"


def new_key() -> str:
    """A key of 256 random bits."""
    return MARK + secrets.token_urlsafe(32)


def signature(keys: Iterable[str], *, message: str, at: int, body: bytes) -> str:
    """One signature for each key, the present one first: ``v1=<hex>,v1=<hex>``. ``at`` is in Unix seconds."""
    signed = f"{message}.{at}.".encode() + body
    return ",".join("v1=" + hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in keys)
