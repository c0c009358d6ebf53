"""Passwords that the system makes up, and the rules beside Django's own."""

import functools
import secrets
from typing import Any, Final

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_LONGEST: Final = 128


def temporary_password() -> str:
    """Twenty characters that can be read over the telephone (about 99 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


class VarietyValidator:
    """Refuse what is long but easy: few different characters, or a common password with digits and signs around it."""

    def __init__(self, different: int = 6) -> None:
        self.different = different

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with the sentence people read."""
        if len(password) > _LONGEST:
            raise ValidationError(f"At most {_LONGEST} characters.", code="password_too_long")
        if len(set(password.lower())) < self.different:
            raise ValidationError(f"Use at least {self.different} different characters.", code="password_monotone")
        if "".join(filter(str.isalpha, password.lower())) in _common():
            raise ValidationError("A common password does not get better by digits around it.", code="password_common_root")

    def get_help_text(self) -> str:
        """The rule in words."""
        return f"At least {self.different} different characters, and no common password with digits around it."


@functools.cache
def _common() -> frozenset[str]:
    """Django's 20,000 most common passwords."""
    return frozenset(CommonPasswordValidator().passwords)
