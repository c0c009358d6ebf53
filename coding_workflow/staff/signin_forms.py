"""The forms of sign-in, where ours differ from django-allauth's."""

import time
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.exceptions import ValidationError

from . import totp
from .attempts import record_attempt
from .models import SignInOutcome, StaffEvent, User
from .sign_on.configured import admission

_LONGEST_PASSWORD = 128


class SignInForm(LoginForm):
    """User name and password; lengths are bounded before anything is hashed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "User name"
        self.fields["login"].widget.attrs.update({"autocapitalize": "none", "spellcheck": "false", "autofocus": True})
        self.fields["password"].max_length = self.fields["password"].widget.attrs["maxlength"] = _LONGEST_PASSWORD
        self.fields["password"].help_text = ""
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)

    @property
    def without_second_factor(self) -> bool:
        """Whether this installation lets people in by password alone, which its sign-in page says."""
        return not settings.REQUIRE_TOTP

    @property
    def sign_on(self) -> str:
        """What the hospital's own sign-on is called; empty where there is none."""
        rules = admission()
        return rules.name if rules else ""

    def clean_password(self) -> str:
        """The password as typed; a longer one than anybody can have is wrong without hashing it."""
        password: str = self.cleaned_data["password"]
        if len(password) > _LONGEST_PASSWORD:
            raise ValidationError("This password is too long.")
        return password

    def clean_login(self) -> str:
        """User names are lower case."""
        return str(super().clean_login()).lower()


class OwnPasswordForm(ChangePasswordForm):
    """Present password, new password twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"oldpassword": "Present password", "password1": "New password", "password2": "New password again"}
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)
            self.fields[name].widget.attrs["maxlength"] = _LONGEST_PASSWORD


class OneUseMixin:
    """A code counts once: its time step must be later than that of the last code used, in every process."""

    def clean_code(self) -> str:
        """The code, checked by allauth (limits, recovery codes) and then used up."""
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            self._use_up(code)
        except ValidationError:
            record_attempt(context.request, SignInOutcome.WRONG_CODE, user_id=self.user.pk)  # type: ignore[attr-defined]
            raise
        return code

    def _use_up(self, code: str) -> None:
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if authenticator.type == Authenticator.Type.TOTP:
            use_up(authenticator.user_id, decrypt(authenticator.data["secret"]), code)


class CodeForm(OneUseMixin, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(OneUseMixin, ReauthenticateForm):
    """Proving oneself again by code."""


class ConnectAppForm(ActivateTOTPForm):
    """Connecting an authenticator app; the first code counts as used."""

    def clean_code(self) -> str:
        """The code of the new secret."""
        code: str = super().clean_code()
        use_up(self.user.pk, self.secret, code)
        StaffEvent.objects.create(actor=self.user, subject=self.user, kind="second_factor.connected")
        return code


def use_up(user_id: int, secret: str, code: str) -> None:
    """Note the code's time step in one conditional UPDATE; refuse a step that is not later than the last (RFC 6238, 5.2)."""
    step = totp.matching_step(secret, code, time.time())
    if step is None or not User.objects.filter(pk=user_id, totp_counter__lt=step).update(totp_counter=step):
        raise get_adapter().validation_error("incorrect_code")
