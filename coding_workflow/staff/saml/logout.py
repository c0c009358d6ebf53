"""The identity provider's word that somebody's sessions end (SAML 2.0 profiles, 4.4), which the person's browser carries here."""

import time
from typing import Final

from allauth.socialaccount.providers.saml.utils import build_saml_config, prepare_django_request
from django.http import HttpRequest
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from coding_workflow.staff.sign_on import SAML

from .assertions import BadAssertion
from .provider import SamlProvider

#: So old a request may be, by either clock.
SECONDS: Final = 300
#: Unpacked it can be a thousand times as long.
_LONGEST: Final = 4_096
_NAMES: Final = ("SAMLRequest", "SigAlg", "Signature")


def read(request: HttpRequest, provider: SamlProvider) -> tuple[str, str, str]:
    """Whose sessions a signed request for us ends, its number, and where to say that it was done. Raises BadAssertion."""
    _once_each(request)
    auth = _auth(request, provider)
    if not auth.get_slo_url():
        raise BadAssertion("no address to answer to")
    answer = auth.process_slo()
    if auth.get_errors():
        raise BadAssertion("logout request")
    text = auth.get_last_request_xml()
    asked = OneLogin_Saml2_XML.to_etree(text)
    if asked.get("Destination") != auth.get_settings().get_sp_data()["singleLogoutService"]["url"]:
        raise BadAssertion("destination")
    if abs(time.time() - OneLogin_Saml2_Utils.parse_SAML_to_time(asked.get("IssueInstant"))) > SECONDS:
        raise BadAssertion("time")
    return OneLogin_Saml2_Logout_Request.get_nameid(text).strip(), asked.get("ID"), answer


def _once_each(request: HttpRequest) -> None:
    """What is signed is the text of the address: a word that is said twice there could be read in two ways."""
    found = [request.GET.getlist(name) for name in _NAMES]
    if any(len(values) != 1 for values in found) or len(request.GET.getlist("RelayState")) > 1:
        raise BadAssertion("form")
    if len(found[0][0]) > _LONGEST:
        raise BadAssertion("length")


def _auth(request: HttpRequest, provider: SamlProvider) -> OneLogin_Saml2_Auth:
    settings = provider.app.settings
    strict = settings | {"advanced": settings["advanced"] | {"want_message_signed": True}}
    data = prepare_django_request(request) | {"query_string": request.META["QUERY_STRING"], "validate_signature_from_qs": True}
    return OneLogin_Saml2_Auth(data, build_saml_config(request, strict, SAML))
