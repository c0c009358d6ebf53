"""Who asks: by a token of the API, or by the session of a page with its CSRF token."""

from typing import Any

import structlog
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from coding_workflow.staff.models import ApiToken, User
from coding_workflow.staff.services.tokens import TooMany, UnusableToken, use_token

_SCHEME = "bearer "

log = structlog.get_logger(__name__)


class ByToken(BaseAuthentication):
    """``Authorization: Bearer cw_...``. A token that does not work is refused, whoever has a session beside it."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The owner, limited to the token, and the token; None without one. 401, or 429 when it is used too often."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        if not header.lower().startswith(_SCHEME):
            raise AuthenticationFailed
        try:
            used = use_token(header[len(_SCHEME) :].strip())
        except UnusableToken:
            log.info("api.token_refused")
            raise AuthenticationFailed from None
        except TooMany as many:
            raise Throttled(many.wait) from None
        structlog.contextvars.bind_contextvars(user_id=used.owner.pk, api_token=used.token.prefix)
        return used.owner, used.token

    def authenticate_header(self, request: Request) -> str:
        """So that the framework answers 401, not 403."""
        return 'Bearer realm="api"'


class BySession(SessionAuthentication):
    """The session of the pages: its limits and duties are the middleware's, unsafe requests carry the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """The person of the session, or None."""
        found: tuple[Any, None] | None = super().authenticate(request)
        return found
