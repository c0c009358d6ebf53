"""The one application of django-allauth's, from the environment; tables are not asked."""

from pathlib import Path
from typing import Any, Final

from allauth.socialaccount.models import SocialApp
from django.conf import settings

from . import OIDC, SAML

#: So long the identity provider's metadata is kept; a file is read again sooner.
_METADATA_SECONDS: Final = 3600
_FILE_SECONDS: Final = 60


def oidc() -> SocialApp:
    """The client at the OpenID provider."""
    app = SocialApp(provider=OIDC, provider_id=OIDC, name=settings.OIDC_NAME)
    app.client_id, app.secret = settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET
    app.settings = {"server_url": settings.OIDC_ISSUER, "scope": settings.OIDC_SCOPES}
    return app


def saml() -> SocialApp:
    """The service provider. Assertions are signed, with no old algorithm, and answer a question of ours."""
    app = SocialApp(provider=SAML, provider_id=SAML, client_id=SAML, name=settings.SAML_NAME)
    app.settings = {
        "idp": _identity_provider(),
        "sp": {"entity_id": settings.SAML_ENTITY_ID},
        "advanced": {
            "strict": True,
            "want_assertion_signed": True,
            "reject_deprecated_algorithm": True,
            "reject_idp_initiated_sso": True,
            "want_name_id": not settings.SAML_SUBJECT_ATTRIBUTE,
            "want_attribute_statement": False,
            "allow_single_label_domains": True,
            "metadata_valid_until": "",
            "metadata_cache_duration": "",
        },
    }
    return app


def _identity_provider() -> dict[str, Any]:
    entity = settings.SAML_IDP_ENTITY_ID or None
    if settings.SAML_METADATA_FILE:
        address = Path(settings.SAML_METADATA_FILE).absolute().as_uri()
        return {"metadata_url": address, "entity_id": entity, "metadata_cache_timeout": _FILE_SECONDS}
    if settings.SAML_METADATA_URL:
        asked = {"metadata_cache_timeout": _METADATA_SECONDS, "metadata_request_timeout": settings.SOCIALACCOUNT_REQUESTS_TIMEOUT}
        return {"metadata_url": settings.SAML_METADATA_URL, "entity_id": entity, **asked}
    addresses = {"sso_url": settings.SAML_SSO_URL, "slo_url": settings.SAML_SLO_URL}
    return {"entity_id": entity, "x509cert": settings.SAML_CERTIFICATE, **addresses}
