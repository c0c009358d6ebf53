"""Below /api/ every answer is the API's: what pages answer with a page or a redirect is a problem here."""

import json
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from .problems import PROBLEM, Problem, body_of

BELOW: Final = "/api/v1/"
_SENTENCES: Final[dict[int, tuple[str, str]]] = {
    400: ("request", "The request cannot be read."),
    403: ("refused", "The request was refused before it was read."),
    404: ("not_found", "There is no such address."),
    405: ("method", "This address does not answer this method."),
    413: ("body.large", "The body is too large."),
    500: ("defect", "An error of ours; it is written down. Nothing of the request was kept."),
}


class ProblemMiddleware:
    """Outermost but for the headers: turns pages of errors and redirects to sign-in into problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or the problem in its place."""
        response = self.get_response(request)
        if not request.path.startswith(BELOW) or response.headers.get("Content-Type", "").startswith(PROBLEM):
            return response
        location = response.headers.get("Location", "")
        if location.startswith(reverse("account_login")) or response.status_code == 401:
            return _as(response, Problem(401, "signed_out", "The session is over, or nobody is signed in."))
        if response.status_code == 301:
            return _as(response, Problem(404, "not_found", "Addresses of the API end with a slash."))
        if 300 <= response.status_code < 400:
            fix = {"place": "signin", "href": location.split("?")[0]}
            return _as(response, Problem(403, "staff.duty", "Something is to be done on the pages first.", fix=fix))
        if response.status_code >= 400:
            code, sentence = _SENTENCES.get(response.status_code, _SENTENCES[400 if response.status_code < 500 else 500])
            return _as(response, Problem(response.status_code, code, sentence))
        return response


def _as(response: HttpResponse, problem: Problem) -> HttpResponse:
    answer = HttpResponse(json.dumps(body_of(problem)), status=problem.status, content_type=PROBLEM)
    answer.cookies = response.cookies
    for name in ("Cache-Control", "Vary", "Allow", "Retry-After"):
        if name in response.headers:
            answer[name] = response[name]
    if problem.status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="api"'
    return answer
