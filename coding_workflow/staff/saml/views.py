"""Back from the identity provider, its word that sessions end, and what it must know about us."""

import binascii
from collections.abc import Callable
from functools import wraps
from typing import Final

import structlog
from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.saml import views as saml
from django.contrib.auth import logout as end_session
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from lxml.etree import LxmlError
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError

from coding_workflow.staff.sign_on import SAML, SESSION, OutOfReach, once
from coding_workflow.staff.sign_on.adapter import ANOTHER_QUESTION, refused
from coding_workflow.staff.views.sign_on import end_sessions, out_of_reach

from . import logout
from .assertions import BadAssertion
from .provider import SamlProvider

log = structlog.get_logger(__name__)

#: A signed answer with some hundred groups is a tenth of it.
_LONGEST_ANSWER: Final = 256 * 1024
_FORM: Final = "application/x-www-form-urlencoded"
#: What python3-saml raises for messages that are none.
_NONSENSE: Final = (
    BadAssertion,
    OneLogin_Saml2_Error,
    OneLogin_Saml2_ValidationError,
    LxmlError,
    binascii.Error,
    ValueError,
    TypeError,
    KeyError,
)

View = Callable[[HttpRequest, str], HttpResponse]


def _only(method: str) -> Callable[[View], View]:
    """404 for another method."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, organization_slug: str) -> HttpResponse:
            if request.method != method:
                raise Http404("There is no such page.")
            return view(request, organization_slug)

        return answer

    return wrap


@csrf_exempt
@_only("POST")
def answer(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Take the form of the identity provider. It comes without our cookie, so the browser is sent on to come back with it."""
    if not ratelimit.consume(request, action="sign_on_answer"):
        return refused(request, "Too many people sign in at once. Try again in a minute.", 429)
    if request.content_type != _FORM or not 0 < int(request.META.get("CONTENT_LENGTH") or 0) <= _LONGEST_ANSWER:
        log.warning("sign_on.failed", error="length")
        return refused(request, "The sign-on sent something that is no answer, or too long.", 413)
    response: HttpResponse = saml.acs(request, organization_slug=organization_slug)
    return response


@_only("GET")
def finish(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Judge the answer, in the browser that asked; each refusal is a page."""
    try:
        _provider(request).reach()
        response: HttpResponse = saml.finish_acs(request, organization_slug=organization_slug)
    except OutOfReach as error:
        return out_of_reach(request, error)
    except PermissionDenied:
        log.warning("sign_on.failed", error="question")
        return refused(request, ANOTHER_QUESTION)
    except _NONSENSE as error:
        log.warning("sign_on.failed", error=_word(error))
        return refused(request, "The sign-on did not work. Try again from the sign-in page.")
    return response


@_only("GET")
def logged_out_there(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """The identity provider says that somebody's sessions end: all of them end with the next request, this browser's now."""
    if not ratelimit.consume(request, action="sign_on_logout"):
        return refused(request, "Too many people sign out at once. Try again in a minute.", 429)
    provider = _provider(request)
    try:
        provider.reach()
        subject, number, address = logout.read(request, provider)
    except OutOfReach as error:
        return out_of_reach(request, error)
    except _NONSENSE as error:
        log.warning("sign_on.logout_refused", error=_word(error))
        return refused(request, "The sign-on's word to sign you out does not count. You are as before.", 400)
    if once.first_use("logout", number, seconds=2 * logout.SECONDS):
        end_sessions(request, subject)
        if request.user.is_authenticated and request.session.get(SESSION):
            end_session(request)
    return HttpResponseRedirect(address)


@_only("GET")
def metadata(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """What to register at the identity provider."""
    try:
        _provider(request).reach()
        response: HttpResponse = saml.metadata(request, organization_slug=organization_slug)
    except (OutOfReach, OneLogin_Saml2_Error) as error:
        return out_of_reach(request, error)
    return response


def _provider(request: HttpRequest) -> SamlProvider:
    provider: SamlProvider = get_adapter(request).get_provider(request, SAML)
    return provider


def _word(error: Exception) -> str:
    return str(error) if isinstance(error, BadAssertion) else type(error).__name__
