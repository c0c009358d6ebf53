"""The processor time of each answer, for the client to read: on a busy machine it says more than the clock."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .spent import HEADER


class ProcessorTimeMiddleware:
    """Outermost: everything that the application does for the answer is inside."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the milliseconds of this thread into a header."""
        before = time.thread_time()
        response = self.get_response(request)
        response[HEADER] = f"{(time.thread_time() - before) * 1000:.4f}"
        return response
