"""The real web process on a loopback port, and a client that keeps one connection to it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from coding_workflow.embedded import duties
from coding_workflow.embedded.paths import CHECKOUT
from coding_workflow.embedded.programs import start, wait_for
from coding_workflow.embedded.valkey import free_port

from .spent import HEADER, Spent

_HOST: Final = "127.0.0.1"
_PATIENCE: Final = 60
#: The server hangs up who was silent for longer; the rehearsal before each batch then pays for the new connection.
_SILENCE: Final = 10


class BadAnswer(RuntimeError):
    """A page did not answer as it must; measuring it would say nothing."""


@contextmanager
def running_web(log: Path, environment: Mapping[str, str], processes: int = 1) -> Iterator[int]:
    """The web server as the hospital starts it, by so many processes, for the length of the block; answers its port."""
    port = free_port()
    duty = duties.web(_HOST, port, processes)
    program = start(duty.arguments, log=log, environment=environment, folder=CHECKOUT)
    try:
        if not wait_for(lambda: _answers(port), program, _PATIENCE):
            raise BadAnswer(f"The web server did not start: {program.last_words()}")
        yield port
    finally:
        program.stop(seconds=duty.patience)


def _answers(port: int) -> bool:
    link = HTTPConnection(_HOST, port, timeout=10)
    try:
        link.request("GET", "/bench/null/")
        return link.getresponse().status == 200
    except OSError:
        return False
    finally:
        link.close()


@dataclass
class Client:
    """One person's browser, without its rendering: cookies, one kept-alive connection, no redirects followed."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._link = HTTPConnection(_HOST, self.port, timeout=60)
        #: Where the last answer sent the browser.
        self.location = ""
        self._answered = time.monotonic()

    def get(self, address: str, *, expect: int = 200) -> Spent:
        """What it took until the last byte; BadAnswer for another status."""
        return self._ask("GET", address, None, expect, {})

    def post(self, address: str, fields: Mapping[str, str], *, expect: int = 302, fragment: bool = False) -> Spent:
        """The same for a form, with the token that the page before it carried; ``fragment`` asks as the page's scripts do."""
        return self._ask("POST", address, urlencode(fields), expect, {"HX-Request": "true"} if fragment else {})

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def _ask(self, method: str, address: str, body: str | None, expect: int, more: Mapping[str, str]) -> Spent:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **more}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.cookies.get("csrf", "")}
        if time.monotonic() - self._answered > _SILENCE:
            self._link.close()
        began = time.perf_counter()
        self._link.request(method, address, body, headers)
        answer = self._link.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1000
        self._answered = time.monotonic()
        self.location = answer.headers.get("Location", "")
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = header.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        if answer.status != expect:
            raise BadAnswer(f"{method} {address} answered {answer.status}, not {expect}")
        return Spent(took, float(answer.headers[HEADER]))
