"""The identity provider as django-allauth sees it.

Differences from allauth's own SAML provider: what must be signed must also be said (assertions.py), nothing of the
assertion is kept but the subject, and a person can be asked to prove themselves anew.
"""

from typing import Any

from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from allauth.socialaccount.providers.saml.utils import build_auth, fetch_metadata_url_config
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.errors import OneLogin_Saml2_Error

from coding_workflow.staff.sign_on import OutOfReach

from . import assertions


class SamlProvider(SAMLProvider):
    """The one identity provider."""

    def reach(self) -> None:
        """Have the provider's metadata at hand, kept or fetched. Raises OutOfReach."""
        if "metadata_url" not in self.app.settings["idp"]:
            return
        try:
            fetch_metadata_url_config(self.app.settings["idp"])
        except Exception as error:  # the library raises nothing narrower for what is no metadata
            raise OutOfReach(type(error).__name__) from error

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **state: Any
    ) -> HttpResponse:
        """Ask there who the person is. ``prompt=login``, as OpenID Connect calls it, asks for a new proof. Raises OutOfReach."""
        anew = state.pop("auth_params", {}).get("prompt") == "login"
        self.reach()
        try:
            auth = build_auth(request, self)
            address = auth.login(return_to="", force_authn=anew)
        except (OneLogin_Saml2_Error, KeyError) as error:
            raise OutOfReach(type(error).__name__) from error
        self.stash_redirect_state(request, process, next_url, data, state_id=auth.get_last_request_id(), **state)
        return HttpResponseRedirect(address)

    def sociallogin_from_response(self, request: HttpRequest, response: OneLogin_Saml2_Auth) -> SocialLogin:
        """Keep what the verified assertion says for this request. Raises BadAssertion when it does not say enough."""
        claims = assertions.claims(response, subject_attribute=settings.SAML_SUBJECT_ATTRIBUTE)
        request.sign_on_claims = claims  # type: ignore[attr-defined]
        return super().sociallogin_from_response(request, claims)

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The subject."""
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what is said about a person is kept but the subject."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing: policy reads the claims."""
        return {}

    def word(self, reason: str) -> str:
        """Why the library refused, in a word."""
        return assertions.word(reason)
