"""``/livez``, ``/readyz`` and ``/metrics``: answered before sessions, hosts and https are looked at, and without cookies."""

import hmac
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotFound, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from accounts.scope import ALL, scoped

from . import metrics
from .figures import figures
from .readiness import probe

Answer = Callable[[HttpRequest], HttpResponse]
_TEXT: Final = "text/plain; charset=utf-8"


class ProbesMiddleware:
    """Three addresses for machines. They say nothing of the hospital to whoever has no token."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self._answers: dict[str, Answer] = {"/livez": livez, "/readyz": readyz, "/metrics": show_metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or go on."""
        answer = self._answers.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        response = answer(request) if request.method in {"GET", "HEAD"} else HttpResponseNotAllowed(["GET", "HEAD"])
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("alive\n", content_type=_TEXT)


def readyz(request: HttpRequest) -> HttpResponse:
    """200 ``ready`` or ``degraded`` (background work may wait), 503 ``not ready``; each part for whoever has the token."""
    found = probe.ask()
    status = 503 if found.failed else 200
    if _has_token(request):
        return JsonResponse({"word": found.word, **asdict(found)}, status=status)
    return HttpResponse(f"{found.word}\n", content_type=_TEXT, status=status)


def show_metrics(request: HttpRequest) -> HttpResponse:
    """The figures; 404 while no METRICS_TOKEN is set, 401 without it."""
    if not settings.METRICS_TOKEN:
        return HttpResponseNotFound("Not found.\n", content_type=_TEXT)
    if not _has_token(request):
        refused = HttpResponse("Not without the token.\n", content_type=_TEXT, status=401)
        refused["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refused
    with scoped(ALL):
        return HttpResponse(metrics.text(figures()), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    wanted, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    return bool(wanted) and hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode())
