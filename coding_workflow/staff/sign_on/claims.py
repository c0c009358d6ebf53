"""What a sign-on says about a person, as our policy reads it: pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Admission:
    """Whom a sign-on lets in, and as what. ``match``, ``username`` and ``groups`` name claims, or attributes of an assertion."""

    provider: str
    name: str
    match: str
    username: str
    groups: str
    roles: Mapping[str, Collection[str]]
    admit: bool
    second_factors: frozenset[str]
    session_seconds: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who comes from the sign-on. ``matched`` is the user name that they are known by here, if policy lets a claim say so."""

    subject: str
    matched: str
    username: str
    full_name: str
    email: str
    groups: frozenset[str]
    second_factor: bool
    proven_at: float


def newcomer(claims: Mapping[str, Any], rules: Admission) -> Newcomer:
    """Read the claims by the names that policy gives them; what is not text there counts as not said."""
    name = _text(claims.get("name")) or " ".join(
        filter(None, (_text(claims.get(each)) for each in ("given_name", "family_name")))
    )
    return Newcomer(
        subject=_text(claims.get("sub")),
        matched=_text(claims.get(rules.match)).lower() if rules.match else "",
        username=_text(claims.get(rules.username)).lower(),
        full_name=name[:120],
        email=_text(claims.get("email")) if claims.get("email_verified") is True else "",
        groups=frozenset(_texts(claims.get(rules.groups))),
        second_factor=not rules.second_factors.isdisjoint(_factors(claims)),
        proven_at=float(claims["auth_time"]) if isinstance(claims.get("auth_time"), int | float) else 0.0,
    )


def _factors(claims: Mapping[str, Any]) -> list[str]:
    return [*_texts(claims.get("amr")), _text(claims.get("acr"))]


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def roles_of(groups: Collection[str], mapping: Mapping[str, Collection[str]]) -> frozenset[tuple[str, str]]:
    """Facility codes and roles that the groups give; a group that the mapping does not name gives none."""
    return frozenset(_pair(each) for group in groups for each in mapping.get(group, ()))


def governed(mapping: Mapping[str, Collection[str]]) -> frozenset[tuple[str, str]]:
    """Every role that follows the groups; others are the administrators'."""
    return frozenset(_pair(each) for given in mapping.values() for each in given)


def _pair(text: str) -> tuple[str, str]:
    facility, _, role = text.partition(":")
    return facility, role
