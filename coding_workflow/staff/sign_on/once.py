"""Numbers of signed words that count once: logout tokens, assertions, logout requests."""

import hashlib

from django.core.cache import cache


def first_use(kind: str, number: str, *, seconds: float) -> bool:
    """Whether the number comes for the first time; it is remembered so long, which must outlast the word itself.

    Of several processes that ask at once exactly one is told yes.
    """
    digest = hashlib.sha256(number.encode()).hexdigest()
    return bool(cache.add(f"sign_on.{kind}:{digest}", True, timeout=int(seconds) + 1))
