"""A sign-on of the hospital's, in this process: discovery, keys and tokens over HTTP on the loopback, signed with RS256."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client

CLIENT, SECRET = "coding", "the-client-secret"


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing."""


@dataclass
class SignOn:
    """The fake. ``claims`` is what the next ID token says beside the usual; ``token`` makes one of it that does not count."""

    key: rsa.RSAPrivateKey
    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    token: Callable[[dict[str, Any]], str] | None = None
    sent: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        """Answer one request."""
        answers = {"/.well-known/openid-configuration": self._discovery, "/jwks": self._jwks, "/token": self._token}
        answer = answers[environ["PATH_INFO"]](environ)
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _discovery(self, _environ: dict[str, Any]) -> dict[str, Any]:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return {"issuer": self.address} | {name: f"{self.address}/{path}" for name, path in names.items()}

    def _jwks(self, _environ: dict[str, Any]) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "k1", "use": "sig", "alg": "RS256"}]}

    def _token(self, environ: dict[str, Any]) -> dict[str, Any]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        self.sent.append({name: values[0] for name, values in parse_qs(body).items()})
        claims = self.usual() | {"nonce": self.nonce} | self.claims
        made = self.token(claims) if self.token else self.signed(claims)
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": made}

    def usual(self) -> dict[str, Any]:
        """What every token of this issuer for us says."""
        now = int(time.time())
        return {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "auth_time": now}

    def signed(self, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
        """A token with the fake's signature, or another's."""
        return jwt.encode(claims, key or self.key, algorithm="RS256", headers={"kid": "k1"} | header)

    def visit(self, client: Client, start: HttpResponse, **claims: Any) -> HttpResponse:
        """Be the browser at the sign-on: the person proves who they are there and comes back to us."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(start["Location"]).query).items()}
        self.nonce, self.claims = self.asked["nonce"], claims
        return client.get("/signin/sign-on/back/", {"code": "c0de", "state": self.asked["state"]})

    def sign_in(self, client: Client, **claims: Any) -> HttpResponse:
        """From our sign-in page through the sign-on and back."""
        return self.visit(client, client.get("/signin/sign-on/"), **claims)


@contextmanager
def running() -> Iterator[SignOn]:
    """The fake, answering on a free port."""
    fake = SignOn(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    with make_server("127.0.0.1", 0, fake, server_class=WSGIServer, handler_class=_Quiet) as server:
        fake.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield fake
        server.shutdown()
        thread.join()
