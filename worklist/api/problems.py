"""What went wrong, in one shape for every error (RFC 9457): a status, a stable code, a sentence, and where it is mended."""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.urls import reverse
from rest_framework import exceptions, status
from rest_framework.response import Response

from accounts.errors import Refused
from coding_workflow.staff.access import Restricted, Unproven

PROBLEM: Final = "application/problem+json"
TITLES: Final[dict[int, str]] = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "There is no such record",
    405: "Not a method of this address",
    406: "Only JSON is answered",
    409: "Somebody else was first, or it has moved on",
    412: "It has changed since it was read",
    413: "The body is too large",
    415: "Not a type of body that is read here",
    422: "It cannot be done now",
    428: "Say which version was read",
    429: "Too many requests",
    500: "An error of ours",
    503: "Busy for the moment",
}
#: Seconds after which trying again makes sense, where nothing better is known.
_SOON: Final = 2

log = structlog.get_logger(__name__)


class Problem(Exception):
    """An answer that is not what was asked for. ``fields`` says of each field what is wrong, ``more`` goes into the body."""

    def __init__(
        self,
        status_code: int,
        code: str,
        sentence: str,
        *,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.sentence = status_code, code, sentence
        self.fields, self.headers, self.more = dict(fields or {}), dict(headers or {}), more


#: Errors that are answers; inside the request's transaction they undo nothing (see ``base``).
ANSWERS: Final = (Refused, Problem, exceptions.APIException, Http404)


def body_of(problem: Problem) -> dict[str, Any]:
    """The JSON of a problem."""
    fields = [{"field": name, "detail": words} for name, words in problem.fields.items()]
    return {
        "type": f"/api/#status-{problem.status}",
        "title": TITLES.get(problem.status, "An error"),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.sentence,
        "fields": fields,
        "fix": problem.more.pop("fix", None),
        **problem.more,
    }


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The framework's exception handler: the problem as an answer, None for a defect, which is then raised."""
    problem = problem_of(error, context)
    if problem is None:
        return None
    return Response(body_of(problem), status=problem.status, headers=problem.headers, content_type=PROBLEM)


def problem_of(error: Exception, context: Mapping[str, Any]) -> Problem | None:
    """What an error says to the one who asked; None for a defect."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        return _refused(error, context)
    if isinstance(error, Http404):
        return Problem(404, "not_found", "There is no such record.")
    if isinstance(error, exceptions.APIException):
        return _by_framework(error)
    if isinstance(error, OperationalError | InterfaceError):
        # A lock or a statement took too long, or the server is away. Never its text: it may hold values.
        log.warning("api.busy", error=type(error).__name__)
        return Problem(503, "busy", "The record is busy; try again in a moment.", headers={"Retry-After": str(_SOON)})
    return None


def _refused(refusal: Refused, context: Mapping[str, Any]) -> Problem:
    account = context.get("account")
    href = reverse("worklist:account", args=[account]) if account else None
    if isinstance(refusal, Restricted):
        href = reverse("staff:restricted", args=[refusal.account_id])
    if isinstance(refusal, Unproven):
        href = reverse("account_reauthenticate")
    fix = {"place": refusal.fix, "href": href} if refusal.fix or isinstance(refusal, Restricted | Unproven) else None
    return Problem(refusal.status, refusal.code, refusal.sentence, fix=fix)


def _by_framework(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        return Problem(400, "fields", "Some fields are not right.", fields=flat(error.detail))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers = {"WWW-Authenticate": 'Bearer realm="api"'}
        return Problem(401, "signed_out", "Send a token that works, or sign in.", headers=headers)
    if isinstance(error, exceptions.Throttled):
        wait = str(int(getattr(error, "wait", None) or _SOON))
        return Problem(429, "too_many", f"Too many requests of this token; go on in {wait} s.", headers={"Retry-After": wait})
    sentences = {
        status.HTTP_403_FORBIDDEN: ("csrf", "A request by session carries the token of a page (X-CSRFToken)."),
        status.HTTP_405_METHOD_NOT_ALLOWED: ("method", "This address does not answer this method; Allow names those it does."),
        status.HTTP_406_NOT_ACCEPTABLE: ("accept", "Only application/json is answered."),
        status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: ("content_type", "The body's type or encoding is not read here."),
    }
    code, sentence = sentences.get(error.status_code, ("request", "The request cannot be read."))
    return Problem(error.status_code, code, sentence)


def flat(detail: Any, prefix: str = "") -> dict[str, str]:
    """What is wrong with each field, nested ones as ``a.b``; the framework's own sentences, which repeat no value."""
    if isinstance(detail, dict):
        found: dict[str, str] = {}
        for name, words in detail.items():
            found |= flat(words, f"{prefix}.{name}".lstrip("."))
        return found
    if isinstance(detail, list) and detail and isinstance(detail[0], dict | list):
        found = {}
        for number, words in enumerate(detail):
            found |= flat(words, f"{prefix}.{number}".lstrip(".")) if words else {}
        return found
    return {prefix or "body": " ".join(str(words) for words in detail) if isinstance(detail, list) else str(detail)}
