"""How django-allauth treats who comes from the sign-on: known here or not at all; there is no sign-up page."""

import secrets
import time
from typing import Any, Final, NoReturn

import structlog
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import NotAllowed
from accounts.scope import ALL, scoped
from coding_workflow.staff.attempts import record_attempt
from coding_workflow.staff.models import SignInOutcome

from . import PROVIDER
from .claims import Newcomer, newcomer

log = structlog.get_logger(__name__)

#: The word of a request that asks the person to prove again who they are; its value is their key.
PROOF: Final = "proof_of"
NONCE: Final = "nonce"
#: A proof that is older than this when it comes back is none.
_PROOF_SECONDS: Final = 120


class SignOnAdapter(DefaultSocialAccountAdapter):
    """One application, from the environment; every refusal is a page and a record."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The one application, if there is a sign-on; tables are not asked."""
        if not settings.OIDC_ISSUER or provider not in {None, PROVIDER}:
            return []
        app = SocialApp(provider=PROVIDER, provider_id=PROVIDER, name=settings.OIDC_NAME)
        app.client_id, app.secret = settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET
        app.settings = {"server_url": settings.OIDC_ISSUER, "scope": settings.OIDC_SCOPES}
        return [app]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: policy admits, or an administrator adds."""
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> NoReturn:
        """The sign-on failed, was cancelled or sent something that does not count."""
        exception = more.get("exception")
        log.warning("sign_on.failed", error=type(exception).__name__ if exception else str(more.get("error", "")))
        raise ImmediateHttpResponse(refused(request, "The sign-on did not work. Try again from the sign-in page."))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Decide by the verified claims who this is, before anybody is signed in."""
        claims = request.sign_on_claims  # type: ignore[attr-defined]
        wanted = sociallogin.state.get(NONCE, "")
        if not wanted or not secrets.compare_digest(str(claims.get("nonce", "")).encode(), wanted.encode()):
            raise ImmediateHttpResponse(refused(request, "The sign-on answered another question. Try again."))
        who = newcomer(
            claims,
            match=settings.OIDC_MATCH_CLAIM,
            username=settings.OIDC_USERNAME_CLAIM,
            groups=settings.OIDC_GROUPS_CLAIM,
            second_factors=settings.OIDC_SECOND_FACTOR,
        )
        if PROOF in sociallogin.state:
            return _prove(request, sociallogin, who)
        self._receive(request, sociallogin, who)
        return None

    def _receive(self, request: HttpRequest, sociallogin: SocialLogin, who: Newcomer) -> None:
        # The services keep people; they know this package, so it is asked for them late.
        from coding_workflow.staff.services.sign_on import receive  # noqa: PLC0415

        try:
            with scoped(ALL):
                person = receive(who)
        except NotAllowed as refusal:
            known = sociallogin.user.pk if sociallogin.is_existing else None
            outcome = SignInOutcome.DISABLED if refusal.code == "sign_on.disabled" else SignInOutcome.NOT_KNOWN
            record_attempt(request, outcome, user_id=known, typed_name=who.username)
            raise ImmediateHttpResponse(refused(request, refusal.sentence)) from None
        sociallogin.user = person
        sociallogin.account = SocialAccount.objects.get(provider=PROVIDER, uid=who.subject)
        request.sign_on_second_factor = who.second_factor  # type: ignore[attr-defined]


def _prove(request: HttpRequest, sociallogin: SocialLogin, who: Newcomer) -> None:
    """The person who is signed in proved again who they are, there and just now; anybody else proves nothing."""
    same = request.user.is_authenticated and sociallogin.state[PROOF] == request.user.pk == getattr(sociallogin.user, "pk", None)
    if not same or time.time() - who.proven_at > _PROOF_SECONDS:
        raise ImmediateHttpResponse(refused(request, "The sign-on did not confirm just now that it is you. Nothing was done."))
    record_authentication(request, request.user, "socialaccount", provider=PROVIDER, reauthenticated=True)


def refused(request: HttpRequest, sentence: str, status: int = 403) -> HttpResponse:
    """The page that says why the sign-on did not lead in."""
    return render(request, "account/sign_on_refused.html", {"sentence": sentence}, status=status)
