"""What holds for every request: headers, one origin, session limits, duties at sign-in, the database scope, refusals."""

import time
from collections.abc import Callable
from typing import Any, Final

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from accounts.errors import Refused
from accounts.scope import scoped

from . import saml, sign_on
from .access import Restricted, ask_to_sign_in, is_polling
from .attempts import record_attempt
from .forms import OpenRestrictedForm
from .sessions import BEGAN, SEEN, Limits, ended
from .sign_on.configured import admission

Answer = Callable[[HttpRequest], HttpResponse]

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_SIGN_IN: Final = "/signin/"
#: A session is written at most once in so many seconds; the limits are exact to that.
_STEP: Final = 1.0


class PageHeadersMiddleware:
    """No page is kept by any cache, and a page is not its fragment; signing out clears the browser."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the headers on whatever is answered, errors included."""
        response = self.get_response(request)
        response["Cache-Control"] = "no-store, private"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        patch_vary_headers(response, ("HX-Request", "Cookie"))
        if getattr(request, "session_over", False):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class SameOriginMiddleware:
    """Refuse unsafe requests that the browser says another site made (Fetch Metadata), beside the CSRF token."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """403 for ``Sec-Fetch-Site`` other than same-origin or none; browsers without it rely on the token.

        But for the one form that another site sends: the answer of a sign-on by SAML, which carries a signature of its own.
        """
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.method not in _SAFE and site not in {"same-origin", "none"} and not saml.is_answer(request.path_info):
            return HttpResponseForbidden("This request came from another site.", content_type="text/plain")
        return self.get_response(request)


class FragmentRedirectMiddleware:
    """A fragment that would be sent to sign-in sends the whole page there instead of swapping it into a cell."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Turn redirects to the sign-in pages into 401 with ``HX-Redirect``."""
        response = self.get_response(request)
        location = response.headers.get("Location", "")
        if not request.htmx or not location.startswith(_SIGN_IN):  # type: ignore[attr-defined]
            return response
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = location
        return answer


class SessionLimitsMiddleware:
    """End sessions after idle time and after their longest duration; polling does not count as input."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with sign-in when the session is over, else note the input and go on."""
        before = request.user
        if before.is_authenticated and self._over(request):
            return ask_to_sign_in(request)
        response = self.get_response(request)
        if before.is_authenticated and not request.user.is_authenticated:
            request.session_over = True  # type: ignore[attr-defined]
        return response

    def _over(self, request: HttpRequest) -> bool:
        session, at = request.session, time.time()
        longest, rules = settings.SESSION_ABSOLUTE_SECONDS, admission()
        if rules and session.get(sign_on.SESSION):
            longest = min(longest, rules.session_seconds)
        limits = Limits(settings.SESSION_IDLE_SECONDS, longest)
        reason = ended(session.setdefault(BEGAN, at), session.setdefault(SEEN, at), at, limits)
        if reason is not None:
            record_attempt(request, reason, user_id=request.user.pk)
            logout(request)
            request.session_over = True  # type: ignore[attr-defined]
            return True
        if not is_polling(request) and at - session[SEEN] >= _STEP:
            session[SEEN] = at
        return False


class SignInDutiesMiddleware:
    """A temporary password is changed, and a required second factor connected, before any other page opens."""

    #: Pages that stay open meanwhile.
    OPEN: Final = frozenset(
        {
            "account_logout",
            "account_change_password",
            "account_reauthenticate",
            "mfa_activate_totp",
            "mfa_reauthenticate",
            "mfa_view_recovery_codes",
        }
    )

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the address is resolved."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Send the person to the duty that is open."""
        user, match = request.user, request.resolver_match
        if not user.is_authenticated or (match is not None and match.url_name in self.OPEN):
            return None
        if user.must_change_password and not request.session.get(sign_on.SESSION):
            return HttpResponseRedirect(reverse("account_change_password"))
        if settings.REQUIRE_TOTP and not _has_second_factor(request):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return None


def _has_second_factor(request: HttpRequest) -> bool:
    if request.session.get(sign_on.SECOND_FACTOR):
        return True
    records = get_authentication_records(request, request.user)
    if any(record["method"] == "mfa" for record in records):
        return True
    return bool(is_mfa_enabled(request.user, [Authenticator.Type.TOTP]))


class _UndoneError(Exception):
    """Leaves the scope so that its transaction is rolled back."""


class ScopeMiddleware:
    """Run each signed-in request in one transaction limited to the person's facilities, rendering included.

    An unexpected error undoes what the request changed. A refusal does not: the service that refused has undone its own
    part, and what it means to keep (the holds of a verdict that stopped an approval, the record of access) stays.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Enter the scope; answer refusals inside it."""
        if not request.user.is_authenticated:
            return self._answer(request)
        try:
            with scoped(request.user.facility_ids()):
                response = self._answer(request)
                if response.status_code >= 500:
                    raise _UndoneError
        except _UndoneError:
            return response
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return refused(request) if _refusal(request) else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Remember a refusal; anything else is a defect and stays one."""
        if not isinstance(exception, Refused):
            return None
        request.refusal = exception  # type: ignore[attr-defined]
        return HttpResponse(status=exception.status)


def _refusal(request: HttpRequest) -> Refused | None:
    return getattr(request, "refusal", None)


def refused(request: HttpRequest) -> HttpResponse:
    """The page or fragment that says why not, with the refusal's own status."""
    refusal: Refused = request.refusal  # type: ignore[attr-defined]
    context: dict[str, Any] = {"refusal": refusal}
    template = "_refused.html" if getattr(request, "htmx", False) else "refused.html"
    if isinstance(refusal, Restricted):
        template = template.replace("refused", "restricted")
        context |= {"account_id": refusal.account_id, "form": OpenRestrictedForm(), "next": request.path}
    return render(request, template, context, status=refusal.status)
