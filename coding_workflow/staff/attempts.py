"""Writing down attempts to sign in and ends of sessions (45 CFR 164.308(a)(5)(ii)(C))."""

import hmac

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.http import HttpRequest

from .models import SignInRecord


def record_attempt(request: HttpRequest, outcome: str, *, user_id: int | None = None, typed_name: str = "") -> None:
    """One line: how it went, whose it was if that is known, from which address; of the typed name a keyed hash only."""
    key = name_key(typed_name) if typed_name else ""
    SignInRecord.objects.create(user_id=user_id, name_key=key, outcome=outcome, address=get_client_ip(request))


def name_key(typed_name: str) -> str:
    """The keyed hash under which attempts at one user name are found again."""
    return hmac.new(settings.SECRET_KEY.encode(), typed_name.strip().lower().encode(), "sha256").hexdigest()
