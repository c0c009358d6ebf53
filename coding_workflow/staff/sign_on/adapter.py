"""How django-allauth treats who comes from the sign-on: known here or not at all; there is no sign-up page."""

import secrets
import time
from collections.abc import Mapping
from typing import Any, Final, NoReturn

import structlog
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import NotAllowed
from accounts.scope import ALL, scoped
from coding_workflow.staff.attempts import record_attempt
from coding_workflow.staff.models import SignInOutcome

from . import OIDC, SAML, applications, once
from .claims import Newcomer, newcomer
from .configured import admission, kind

log = structlog.get_logger(__name__)

#: The word of a request that asks the person to prove again who they are; its value is their key.
PROOF: Final = "proof_of"
NONCE: Final = "nonce"
#: A proof that is older than this when it comes back is none.
_PROOF_SECONDS: Final = 120
ANOTHER_QUESTION: Final = "The sign-on answered another question. Try again."


class SignOnAdapter(DefaultSocialAccountAdapter):
    """One application, from the environment; every refusal is a page and a record."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The one application, if there is a sign-on; tables are not asked."""
        rules = admission()
        if rules is None or provider not in {None, rules.provider}:
            return []
        return [applications.saml() if rules.provider == SAML else applications.oidc()]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: policy admits, or an administrator adds."""
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> NoReturn:
        """The sign-on failed, was cancelled or sent something that does not count."""
        log.warning("sign_on.failed", error=_why(provider, **more))
        raise ImmediateHttpResponse(refused(request, "The sign-on did not work. Try again from the sign-in page."))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Decide by the verified claims who this is, before anybody is signed in."""
        claims, rules = request.sign_on_claims, admission()  # type: ignore[attr-defined]
        if rules is None or not _ANSWERS[rules.provider](sociallogin, claims):
            raise ImmediateHttpResponse(refused(request, ANOTHER_QUESTION))
        who = newcomer(claims, rules)
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
        sociallogin.account = SocialAccount.objects.get(provider=kind(), uid=who.subject)
        request.sign_on_second_factor = who.second_factor  # type: ignore[attr-defined]


def _same_nonce(sociallogin: SocialLogin, claims: Mapping[str, Any]) -> bool:
    """A token answers by our nonce."""
    wanted = sociallogin.state.get(NONCE, "")
    return bool(wanted) and secrets.compare_digest(str(claims.get("nonce", "")).encode(), wanted.encode())


def _first_time(sociallogin: SocialLogin, claims: Mapping[str, Any]) -> bool:
    """An assertion named our question already, which is how its state was found; it counts once."""
    return once.first_use("assertion", claims["jti"], seconds=claims["exp"] - time.time())


_ANSWERS: Final = {OIDC: _same_nonce, SAML: _first_time}


def _why(provider: Any, *, error: str = "", exception: Exception | None = None, extra_context: Any = None) -> str:
    """Why the sign-on failed, in our words: what it said is not repeated."""
    reason = (extra_context or {}).get("saml_last_error_reason")
    if reason:
        return str(provider.word(reason))
    return type(exception).__name__ if exception else error


def _prove(request: HttpRequest, sociallogin: SocialLogin, who: Newcomer) -> None:
    """The person who is signed in proved again who they are, there and just now; anybody else proves nothing."""
    same = request.user.is_authenticated and sociallogin.state[PROOF] == request.user.pk == getattr(sociallogin.user, "pk", None)
    if not same or time.time() - who.proven_at > _PROOF_SECONDS:
        raise ImmediateHttpResponse(refused(request, "The sign-on did not confirm just now that it is you. Nothing was done."))
    record_authentication(request, request.user, "socialaccount", provider=kind(), reauthenticated=True)


def refused(request: HttpRequest, sentence: str, status: int = 403) -> HttpResponse:
    """The page that says why the sign-on did not lead in."""
    return render(request, "account/sign_on_refused.html", {"sentence": sentence}, status=status)
