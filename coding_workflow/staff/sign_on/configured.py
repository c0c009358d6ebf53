"""The one sign-on that the environment configures, whatever it speaks, and its rules of admission."""

from django.conf import settings

from . import OIDC, SAML
from .claims import Admission


def admission() -> Admission | None:
    """The rules of the sign-on; None where everybody has a local account."""
    if settings.OIDC_ISSUER:
        return _oidc()
    return _saml() if settings.SAML else None


def kind() -> str:
    """Whose subjects people are connected to: those of the configured sign-on."""
    rules = admission()
    return rules.provider if rules else OIDC


def _oidc() -> Admission:
    return Admission(
        provider=OIDC,
        name=settings.OIDC_NAME,
        match=settings.OIDC_MATCH_CLAIM,
        username=settings.OIDC_USERNAME_CLAIM,
        groups=settings.OIDC_GROUPS_CLAIM,
        roles=settings.OIDC_ROLES,
        admit=settings.OIDC_ADMIT,
        second_factors=settings.OIDC_SECOND_FACTOR,
        session_seconds=settings.OIDC_SESSION_SECONDS,
    )


def _saml() -> Admission:
    return Admission(
        provider=SAML,
        name=settings.SAML_NAME,
        match=settings.SAML_MATCH_ATTRIBUTE,
        username=settings.SAML_USERNAME_ATTRIBUTE,
        groups=settings.SAML_GROUPS_ATTRIBUTE,
        roles=settings.SAML_ROLES,
        admit=settings.SAML_ADMIT,
        second_factors=settings.SAML_SECOND_FACTOR,
        session_seconds=settings.SAML_SESSION_SECONDS,
    )
