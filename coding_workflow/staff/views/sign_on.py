"""To the hospital's sign-on and back, proving oneself there again, and the sign-on's own word that somebody's sessions end."""

import secrets
from typing import Any

import structlog
from allauth.account import views as account
from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from requests import RequestException

from accounts.errors import Refused
from accounts.scope import ALL, scoped
from coding_workflow.staff.access import StaffRequest
from coding_workflow.staff.attempts import record_attempt
from coding_workflow.staff.models import SignInOutcome
from coding_workflow.staff.provider import HospitalAdapter
from coding_workflow.staff.services.sign_on import end_sessions_of_subject
from coding_workflow.staff.sign_on import OIDC, SESSION, OutOfReach, once, tokens
from coding_workflow.staff.sign_on.adapter import NONCE, PROOF, refused
from coding_workflow.staff.sign_on.configured import admission, kind

log = structlog.get_logger(__name__)
_LONGEST_TOKEN = 16_384


def start(request: HttpRequest) -> HttpResponse:
    """Send the person to the sign-on. Another site cannot begin it for them; 404 where there is no sign-on."""
    if not admission() or request.method != "GET":
        raise Http404("There is no such page.")
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return HttpResponseRedirect(reverse("account_login"))
    return _to_the_sign_on(request, AuthProcess.LOGIN, _next(request))


def again(request: StaffRequest) -> HttpResponse:
    """Prove once more who one is: there when the session began there, else with password or code."""
    if not admission() or not request.session.get(SESSION):
        answer: HttpResponse = account.reauthenticate(request)
        return answer
    asked = {"auth_params": {"prompt": "login", "max_age": "0"}, PROOF: request.user.pk}
    return _to_the_sign_on(request, AuthProcess.REDIRECT, _next(request) or "/", **asked)


def own_password(request: StaffRequest) -> HttpResponse:
    """Change one's password, for whoever has one: people whom the sign-on brought have none. Raises Refused for them."""
    if not request.user.has_usable_password():
        rules = admission()
        name = rules.name if rules else "the hospital's sign-on"
        raise Refused("sign_on.no_password", f"You have no password here: you sign in with {name}.")
    answer: HttpResponse = account.password_change(request)
    return answer


def callback(request: HttpRequest) -> HttpResponse:
    """Back from the sign-on."""
    _only(request, "GET")
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(HospitalAdapter(request, OIDC))(request)
    except (RequestException, OAuth2Error, ValueError, KeyError) as error:
        return out_of_reach(request, error)
    return answer


@csrf_exempt
def logged_out_there(request: HttpRequest) -> HttpResponse:
    """The sign-on says that somebody's sessions end (OpenID Connect Back-Channel Logout 1.0): they end with the next request.

    200 also for a subject that nobody is here: the sign-on need not know whom we know. 400 for a token that does not count.
    """
    _only(request, "POST")
    if not ratelimit.consume(request, action="sign_on_logout"):
        return JsonResponse({"error": "slow_down"}, status=429)
    try:
        token = request.POST.get("logout_token", "")
        claims = HospitalAdapter(request, OIDC).claims(token if len(token) <= _LONGEST_TOKEN else "", required=("jti",))
        subject, number = tokens.logout_subject(claims)
    except (OAuth2Error, tokens.BadToken, RequestException, ValueError, KeyError) as error:
        log.warning("sign_on.logout_refused", error=type(error).__name__)
        return JsonResponse({"error": "invalid_request"}, status=400)
    if once.first_use("logout", number, seconds=900):
        end_sessions(request, subject)
    return HttpResponse(status=200)


def end_sessions(request: HttpRequest, subject: str) -> None:
    """End what the person behind the subject has open, if they are anybody here, and write it down."""
    with scoped(ALL):
        person = end_sessions_of_subject(subject)
        if person is not None:
            record_attempt(request, SignInOutcome.ENDED_THERE, user_id=person.pk)


def _to_the_sign_on(request: HttpRequest, process: str, back: str, **more: Any) -> HttpResponse:
    there = get_adapter(request).get_provider(request, kind())
    nonce = secrets.token_urlsafe(24)
    parameters = {**more.pop("auth_params", {}), "nonce": nonce}
    try:
        answer: HttpResponse = there.redirect(
            request, process, next_url=back or None, auth_params=parameters, **{NONCE: nonce}, **more
        )
    except (RequestException, OAuth2Error, OutOfReach, ValueError, KeyError) as error:
        return out_of_reach(request, error)
    return answer


def out_of_reach(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page that says so."""
    log.warning("sign_on.out_of_reach", error=type(error).__name__)
    sentence = "The hospital's sign-on does not answer as it should. Try again in a minute; your systems people can help."
    return refused(request, sentence, 503)


def _only(request: HttpRequest, method: str) -> None:
    """The addresses of OpenID Connect: 404 where another sign-on or none is configured."""
    if not settings.OIDC_ISSUER or request.method != method:
        raise Http404("There is no such page.")


def _next(request: HttpRequest) -> str:
    back = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return back if safe else ""
