"""A sign-on that is configured by half does not pass ``manage.py check``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from coding_workflow.staff import saml
from coding_workflow.staff.models import Role

from .claims import governed

_BY_HAND: Final = ("SAML_IDP_ENTITY_ID", "SAML_SSO_URL", "SAML_CERTIFICATE")


@register(Tags.security)
def check_sign_on(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """There is one sign-on, it can be reached by https, and its groups give roles that there are."""
    if obstacle := saml.obstacle():
        return [Error(obstacle, id="staff.E015" if obstacle == saml.BOTH else "staff.E014")]
    if settings.OIDC_ISSUER:
        return [*_oidc(), *_admission("OIDC")]
    if settings.SAML:
        return [*_saml(), *_admission("SAML")]
    return []


def _oidc() -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    if not _secure(settings.OIDC_ISSUER):
        errors.append(Error("OIDC_ISSUER must begin with https://.", id="staff.E010"))
    if not settings.OIDC_CLIENT_ID or not settings.OIDC_CLIENT_SECRET:
        errors.append(Error("OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set beside OIDC_ISSUER.", id="staff.E011"))
    return errors


def _admission(prefix: str) -> list[CheckMessage]:
    roles, admit = getattr(settings, f"{prefix}_ROLES"), getattr(settings, f"{prefix}_ADMIT")
    errors: list[CheckMessage] = []
    unknown = sorted(role for _, role in governed(roles) if role not in Role.values)
    if unknown:
        errors.append(Error(f"{prefix}_ROLES gives roles that there are not: {', '.join(unknown)}.", id="staff.E012"))
    if admit and not roles:
        errors.append(Error(f"{prefix}_ADMIT lets nobody in without {prefix}_ROLES.", id="staff.E013"))
    return errors


def _saml() -> list[CheckMessage]:
    sources = [name for name in ("SAML_METADATA_URL", "SAML_METADATA_FILE") if getattr(settings, name)]
    if len(sources) == 2:
        return [Error("SAML_METADATA_URL and SAML_METADATA_FILE are both set: leave one of them out.", id="staff.E016")]
    missing = [name for name in _BY_HAND if not getattr(settings, name)] if not sources else []
    if missing:
        hint = "Or set SAML_METADATA_URL or SAML_METADATA_FILE instead of all three."
        return [Error(f"SAML lacks {', '.join(missing)}.", hint=hint, id="staff.E016")]
    return _reachable()


def _reachable() -> list[CheckMessage]:
    errors: list[CheckMessage] = [
        Error(f"{name} must begin with https://.", id="staff.E017")
        for name in ("SAML_METADATA_URL", "SAML_SSO_URL", "SAML_SLO_URL")
        if getattr(settings, name) and not _secure(getattr(settings, name))
    ]
    if settings.SAML_METADATA_FILE and not Path(settings.SAML_METADATA_FILE).is_file():
        errors.append(Error("SAML_METADATA_FILE is no file.", id="staff.E018"))
    return errors


def _secure(address: str) -> bool:
    return address.startswith("https://") or settings.PLAIN_HTTP
