"""What a program with a token sends."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.models import Facility
from coding_workflow.staff.models import ApiToken, User
from coding_workflow.staff.services import make_token
from tests.security.browser import signed_in

API = "/api/v1/"


def token_of(user: User, facility: Facility, scope: str = "write", roles: Any = None) -> tuple[ApiToken, str]:
    """A token with all the roles that its owner holds there."""
    user.forget_rights()
    held = roles or sorted(user.roles_at(facility.pk))
    return make_token(by=user, owner=user, facility=facility, name="Tests", scope=scope, roles=held, days=30)


class Program:
    """A client of the API: no cookies, a token, JSON."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.client = Client()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """One request; header names with underscores for dashes. A body that is bytes is sent as it is."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = said.pop("Content-Type", "application/json")
        if self.token:
            said["Authorization"] = f"Bearer {self.token}"
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        address = path if path.startswith("/") else API + path
        return self.client.generic(method, address, raw, content_type=kind if raw else "", headers=said)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, **headers)


def as_program(user: User, facility: Facility, scope: str = "write", roles: Any = None) -> Program:
    """A program with a token of this person."""
    return Program(token_of(user, facility, scope, roles)[1])


def by_session(user: User) -> Program:
    """The same requests from a browser in which this person has just signed in."""
    program = Program()
    program.client = signed_in(user)
    return program


def problem(response: HttpResponse) -> tuple[int, str]:
    """Status and code of a problem, whose shape is that of every problem."""
    assert response.headers["Content-Type"] == "application/problem+json", (response.status_code, response.content[:300])
    said = response.json()
    assert {"type", "title", "status", "code", "detail", "fields", "fix"} <= set(said)
    assert said["status"] == response.status_code
    return response.status_code, said["code"]
