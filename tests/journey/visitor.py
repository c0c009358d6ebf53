"""A person at the pages by plain HTTP: links and forms, without scripts."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Visitor:
    """One browser's worth of cookies. Answers with an error status raise ``urllib.error.HTTPError``."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._open = build_opener(HTTPCookieProcessor(CookieJar())).open
        self._token = ""

    def get(self, path: str) -> str:
        """The page's text."""
        return self._read(Request(f"{self._address}{path}"))[1]

    def post(self, path: str, **fields: str) -> str:
        """Send a form with the token of the page that was read last; answers the address that it led to."""
        form = urlencode({"csrfmiddlewaretoken": self._token, **fields}).encode()
        return self._read(Request(f"{self._address}{path}", data=form))[0]

    def sign_in(self, name: str, password: str) -> None:
        """Sign in by the form, and see My work."""
        self.get("/signin/login/")
        assert self.post("/signin/login/", login=name, password=password) == f"{self._address}/"

    def _read(self, request: Request) -> tuple[str, str]:
        with self._open(request, timeout=30) as answer:
            text = answer.read().decode()
        found = _TOKEN.search(text)
        self._token = found[1] if found else self._token
        return answer.url, text
