"""The hospital's sign-on as django-allauth sees it. This module's name is allauth's: it looks for it in every app.

Differences from allauth's own OpenID Connect provider: the token's signature, issuer, audience and nonce are always
verified; nothing of the token is kept; the one application comes from the environment.
"""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import Provider
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from . import saml
from .sign_on import OIDC, tokens


class HospitalAdapter(OpenIDConnectOAuth2Adapter):
    """Fetches and verifies."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the issuer says about itself. Raises OAuth2Error when it is another issuer, or lacks an address."""
        found: dict[str, Any] = super().openid_config
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer", "").rstrip("/") != settings.OIDC_ISSUER or not all(found.get(name) for name in wanted):
            raise OAuth2Error("The discovery document is not the issuer's.")
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Where the sign-on sends people back to; must be registered there."""
        return str(build_absolute_uri(request, reverse("sign_on_callback"), self.redirect_uri_protocol))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Verify the ID token and keep its claims for this request."""
        claims = self.claims(kwargs["response"].get("id_token") or "", required=("sub", "exp"))
        request.sign_on_claims = claims  # type: ignore[attr-defined]
        return self.get_provider().sociallogin_from_response(request, {"id_token": {"sub": claims["sub"]}})

    def claims(self, token: str, *, required: tuple[str, ...] = ()) -> dict[str, Any]:
        """The claims of a token of our issuer for us. Raises OAuth2Error."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        try:
            issuer = self.openid_config["issuer"]
            return tokens.read(token, keys=answer.json(), issuer=issuer, audience=settings.OIDC_CLIENT_ID, required=required)
        except tokens.BadToken as bad:
            raise OAuth2Error("The token does not count.") from bad


class HospitalProvider(OpenIDConnectProvider):
    """The one sign-on."""

    id = OIDC
    name = "Hospital sign-on"
    oauth2_adapter_class = HospitalAdapter
    pkce_enabled_default = True

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what the sign-on says about a person is kept but the subject."""
        return {}


provider_classes: list[type[Provider]] = [HospitalProvider]
if saml.mounted():
    from .saml.provider import SamlProvider  # the libraries of an extra, which is not there otherwise

    provider_classes.append(SamlProvider)
