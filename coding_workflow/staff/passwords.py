"""Passwords that the system makes up, and the rule beside Django's own."""

import secrets
from typing import Any, Final

from django.core.exceptions import ValidationError

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_LONGEST: Final = 128


def temporary_password() -> str:
    """Twenty characters that can be read over the telephone (about 99 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


class VarietyValidator:
    """Refuse passwords over 128 characters and those of few different characters, such as a repeated word."""

    def __init__(self, different: int = 6) -> None:
        self.different = different

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with the sentence people read."""
        if len(password) > _LONGEST:
            raise ValidationError(f"At most {_LONGEST} characters.", code="password_too_long")
        if len(set(password.lower())) < self.different:
            raise ValidationError(f"Use at least {self.different} different characters.", code="password_monotone")

    def get_help_text(self) -> str:
        """The rule in words."""
        return f"At least {self.different} different characters."
