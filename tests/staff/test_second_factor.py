"""Codes from an authenticator app: required, used once, recoverable."""

import base64
import datetime
import hashlib
import hmac
import re
import struct

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from coding_workflow.staff import services, totp
from coding_workflow.staff.models import SignInOutcome, SignInRecord
from tests.cast import PASSWORD, Cast

START = datetime.datetime(2026, 11, 23, 9, 0, 5, tzinfo=datetime.UTC)
STEP = datetime.timedelta(seconds=30)


def _code(secret: str, at: datetime.datetime) -> str:
    """An authenticator app of our own."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at.timestamp()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.fixture(autouse=True)
def required(settings: Settings) -> None:
    settings.REQUIRE_TOTP = True


@pytest.fixture
def travel() -> "time_machine.Traveller":
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def _sign_in(name: str = "ana") -> Client:
    client = Client()
    client.post("/signin/login/", {"login": name, "password": PASSWORD})
    return client


def _connect(client: Client) -> tuple[str, list[str]]:
    """Connect an app; answers its secret and the recovery codes, which are shown once."""
    url = reverse("mfa_activate_totp")
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", client.get(url).content.decode())
    assert secret is not None
    at = datetime.datetime.now(datetime.UTC)
    answer = client.post(url, {"code": _code(secret[1], at)}, follow=True)
    return secret[1], re.findall(r"<code>(\d{8})</code>", answer.content.decode())


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert totp.matching_step(secret, code, at, tolerance=0) == at // 30
    assert totp.matching_step(secret, f"{code[:3]} {code[3:]}", at + 30) == at // 30
    assert totp.matching_step(secret, code, at + 60) is None


def test_without_an_app_only_connecting_one_is_open(cast: Cast) -> None:
    client = _sign_in()
    assert client.get("/staff/me/")["Location"] == reverse("mfa_activate_totp")
    fragment = client.get("/staff/me/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, reverse("mfa_activate_totp"))


def test_connecting_shows_recovery_codes_once_and_opens_the_pages(cast: Cast, travel: time_machine.Traveller) -> None:
    client = _sign_in()
    _, codes = _connect(client)
    assert len(codes) == 10
    assert client.get("/staff/me/").status_code == 200
    assert not re.findall(r"<code>\d{8}</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode())


def test_the_secret_is_not_readable_in_the_database(cast: Cast, travel: time_machine.Traveller) -> None:
    secret, codes = _connect(_sign_in())
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in codes)


def test_a_password_alone_does_not_sign_in_and_a_code_does_once(cast: Cast, travel: time_machine.Traveller) -> None:
    secret, _ = _connect(_sign_in())
    travel.shift(2 * STEP)
    code = _code(secret, START + 2 * STEP)
    client, thief = _sign_in(), _sign_in()
    assert client.get("/staff/me/").status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": code})["Location"] == "/"
    assert client.get("/staff/me/").status_code == 200
    assert thief.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert thief.get("/staff/me/").status_code == 302
    assert SignInRecord.objects.filter(outcome=SignInOutcome.WRONG_CODE, user=cast.ana).count() == 1


def test_the_code_that_connected_the_app_does_not_sign_in(cast: Cast, travel: time_machine.Traveller) -> None:
    secret, _ = _connect(_sign_in())
    client = _sign_in()
    assert client.post(reverse("mfa_authenticate"), {"code": _code(secret, START)}).status_code == 200
    assert client.get("/staff/me/").status_code == 302


def test_an_earlier_code_is_refused_after_a_later_one(cast: Cast, travel: time_machine.Traveller) -> None:
    secret, _ = _connect(_sign_in())
    travel.shift(3 * STEP)
    assert _sign_in().post(reverse("mfa_authenticate"), {"code": _code(secret, START + 3 * STEP)}).status_code == 302
    assert _sign_in().post(reverse("mfa_authenticate"), {"code": _code(secret, START + 2 * STEP)}).status_code == 200


def test_codes_cannot_be_guessed(cast: Cast, travel: time_machine.Traveller) -> None:
    secret, _ = _connect(_sign_in())
    travel.shift(2 * STEP)
    client = _sign_in()
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    right = client.post(reverse("mfa_authenticate"), {"code": _code(secret, START + 2 * STEP)})
    assert (right.status_code, "Too many attempts" in right.content.decode()) == (200, True)


def test_a_recovery_code_signs_in_once(cast: Cast, travel: time_machine.Traveller) -> None:
    _, codes = _connect(_sign_in())
    assert _sign_in().post(reverse("mfa_authenticate"), {"code": codes[3]}).status_code == 302
    assert _sign_in().post(reverse("mfa_authenticate"), {"code": codes[3]}).status_code == 200


def test_an_app_cannot_be_removed_where_it_is_required(cast: Cast, travel: time_machine.Traveller) -> None:
    client = _sign_in()
    _connect(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=cast.ana, type="totp").exists()


def test_a_lost_app_is_reset_by_an_administrator(cast: Cast, travel: time_machine.Traveller) -> None:
    client = _sign_in()
    _connect(client)
    services.reset_totp(by=cast.ada, person=cast.ana)
    assert client.get("/staff/me/").status_code == 302
    assert _sign_in().get("/staff/me/")["Location"] == reverse("mfa_activate_totp")
