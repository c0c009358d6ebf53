"""Tokens of the sign-on: signature, issuer, audience and age, always all of them (OpenID Connect Core 1.0, 3.1.3.7)."""

import time
from collections.abc import Mapping
from typing import Any, Final

import jwt

#: Signatures that only the sign-on can make. ``none`` and those with a shared secret are no signatures of its.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
LEEWAY_SECONDS: Final = 60
#: The event of a token that ends sessions (OpenID Connect Back-Channel Logout 1.0, 2.4).
LOGOUT: Final = "http://schemas.openid.net/event/backchannel-logout"
_LOGOUT_AGE: Final = 300


class BadToken(Exception):
    """Why a token does not count, in our words: what it says is not repeated."""


def read(token: str, *, keys: Mapping[str, Any], issuer: str, audience: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The claims of a token that the sign-on signed for us. ``keys`` is its JWK set. Raises BadToken."""
    try:
        header = jwt.get_unverified_header(token)
        key = _key(keys, header.get("kid"))
        claims = jwt.decode(
            token,
            key=key,
            algorithms=list(ALGORITHMS),
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "aud", "iat", *required]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as problem:
        raise BadToken(type(problem).__name__) from problem
    if claims.get("azp", audience) != audience:
        raise BadToken("made for another application")
    return dict(claims)


def _key(keys: Mapping[str, Any], wanted: object) -> jwt.PyJWK:
    """The signing key that the token names; the only one there is when it names none."""
    given = [each for each in keys["keys"] if each.get("use", "sig") == "sig" and each.get("kty") in {"RSA", "EC"}]
    found = [each for each in given if each.get("kid") == wanted] if wanted is not None else given
    if len(found) != 1:
        raise BadToken("no such key")
    return jwt.PyJWK(found[0])


def logout_subject(claims: Mapping[str, Any]) -> tuple[str, str]:
    """Whose sessions a logout token ends, and the token's own number. Raises BadToken for any other token."""
    events, subject, number = claims.get("events"), claims.get("sub"), claims.get("jti")
    if not isinstance(events, dict) or LOGOUT not in events or "nonce" in claims:
        raise BadToken("no logout token")
    if not isinstance(subject, str) or not subject or not isinstance(number, str) or not number:
        raise BadToken("names nobody")
    if time.time() - float(claims["iat"]) > _LOGOUT_AGE + LEEWAY_SECONDS:
        raise BadToken("too old")
    return subject, number
