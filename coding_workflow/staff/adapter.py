"""How django-allauth behaves here: nobody signs up, names are not told apart, second factors are encrypted."""

import time
from typing import Any, Final

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.clock import now

from . import sealing, sign_on
from .attempts import record_attempt
from .models import SignInOutcome, StaffEvent, User
from .sign_on.configured import admission

_PURPOSE: Final = "coding_workflow.staff.second_factor"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in with user name and password; every attempt and end is written down."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "User name or password is not right. After a few wrong attempts you have to wait.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, or ask an administrator for a new password.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your current password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an administrator adds people."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The person behind the credentials; a disabled person gets the answer of a wrong password."""
        try:
            user = super().authenticate(request, **credentials)
        except ValidationError:
            record_attempt(request, SignInOutcome.THROTTLED, typed_name=credentials.get("username", ""))
            raise
        if user is None or (reason := _barred(user)) is None:
            return user
        record_attempt(request, reason, user_id=user.pk)
        return None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down a wrong name or password."""
        name = credentials.get("username", "")
        known = User.objects.filter(username=name.lower()).values_list("pk", flat=True).first()
        record_attempt(request, SignInOutcome.REFUSED, user_id=known, typed_name=name)

    def get_login_stages(self) -> list[str]:
        """Without our own code when the sign-on says, by a value that policy trusts, that a second factor was used there."""
        stages: list[str] = super().get_login_stages()
        used_there = getattr(self.request, "sign_on_second_factor", False)
        return [stage for stage in stages if not (used_there and stage.startswith("allauth.mfa."))]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session under a new id; one that began at the sign-on is marked."""
        super().login(request, user)
        records = get_authentication_records(request, user)
        if any(record["method"] == "socialaccount" for record in records):
            request.session[sign_on.SESSION] = True
            request.session[sign_on.SECOND_FACTOR] = getattr(request, "sign_on_second_factor", False)
        record_attempt(request, SignInOutcome.SIGNED_IN, user_id=user.pk)

    def logout(self, request: HttpRequest) -> None:
        """End the session on the server."""
        record_attempt(request, SignInOutcome.SIGNED_OUT, user_id=request.user.pk)
        super().logout(request)

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """The password rules, and that it differs from the present one."""
        cleaned: str = super().clean_password(password, user)
        if user is not None and user.check_password(cleaned):
            raise ValidationError("Choose another password than the one you have now.")
        return cleaned

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A person chose their own password: it is no longer temporary."""
        user.set_password(password)
        changed = {"must_change_password": False, "temporary_password_until": None}
        User.objects.filter(pk=user.pk).update(password=user.password, **changed)
        StaffEvent.objects.create(actor_id=user.pk, subject_id=user.pk, kind="password.changed")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Sensitive pages ask again unless the person proved themselves within the last minutes, sign-in included."""
        records = get_authentication_records(self.request, self.request.user)
        latest = max((float(record["at"]) for record in records), default=0.0)
        return time.time() - latest > account_settings.REAUTHENTICATION_TIMEOUT


def _barred(user: User) -> str | None:
    if not user.is_active or user.is_system:
        return SignInOutcome.DISABLED
    if settings.LOCAL_ACCOUNTS and admission() and user.username not in settings.LOCAL_ACCOUNTS:
        return SignInOutcome.ONLY_SIGN_ON
    if user.temporary_password_until is not None and user.temporary_password_until <= now():
        return SignInOutcome.EXPIRED_PASSWORD
    return None


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator secrets are encrypted with keys that are not in the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "This installation requires an authenticator app; ask an administrator to reset it.",
        "incorrect_code": "This code is not right, or it was used already. Wait for the next one.",
    }

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """What the app shows beside the code."""
        return str(user.get_username())

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Only where the policy does not require a second factor."""
        return not settings.REQUIRE_TOTP

    def encrypt(self, text: str) -> str:
        """Under the present key (AES-128-CBC with HMAC-SHA256)."""
        return sealing.seal(_PURPOSE, text)

    def decrypt(self, encrypted_text: str) -> str:
        """Under the present key or an earlier one, so that keys can be rotated."""
        return sealing.unseal(_PURPOSE, encrypted_text)
