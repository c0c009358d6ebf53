"""The hospital's own sign-on: who gets in by it, which tokens count, and how it ends what it began."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.errors import Conflict
from coding_workflow.staff.models import Role, RoleGrant, StaffEvent, User
from coding_workflow.staff.services.sign_on import connect
from coding_workflow.staff.sign_on import checks
from tests.cast import PASSWORD, Cast
from tests.security.browser import grow_old
from tests.staff import oidc
from tests.staff.arriving import PROVEN, is_in, outcomes
from tests.staff.oidc import SignOn

# The database's make and version have no say in tokens.
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def fake() -> Iterator[SignOn]:
    with oidc.running() as running:
        yield running


@pytest.fixture(autouse=True)
def configured(fake: SignOn, settings: Settings) -> None:
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = fake.address, oidc.CLIENT, oidc.SECRET
    settings.OIDC_NAME = "Springfield Health"
    fake.token, fake.claims = None, {}
    fake.sent.clear()


def test_the_way_there_has_state_nonce_and_pkce_and_no_other_site_begins_it(cast: Cast, fake: SignOn) -> None:
    start = Client().get("/signin/sign-on/?next=/account/1/")
    asked = parse_qs(urlsplit(start["Location"]).query)
    assert start["Location"].startswith(f"{fake.address}/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/signin/sign-on/back/"]
    assert set(asked["scope"][0].split()) == {"openid", "profile"}
    assert all(len(asked[name][0]) >= 16 for name in ("state", "nonce", "code_challenge"))
    foreign = Client().get("/signin/sign-on/", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign["Location"] == "/signin/login/"
    page = Client().get("/signin/login/").content.decode()
    assert "Sign in with Springfield Health" in page
    assert "With a local account" in page


def test_whoever_is_connected_gets_in_and_nothing_of_the_token_is_kept(known: Cast, fake: SignOn) -> None:
    client = Client()
    answer = fake.sign_in(client, sub="s-ana", name="Ana Elsewhere", email="ana@example.org", groups=["x"])
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    assert "code_verifier" in fake.sent[0]
    assert SocialAccount.objects.get(uid="s-ana").extra_data == {}
    assert outcomes() == ["signed_in"]
    assert User.objects.get(pk=known.ana.pk).full_name == "Ana"


def test_the_way_back_leads_to_the_page_one_wanted_and_never_elsewhere(known: Cast, fake: SignOn) -> None:
    client = Client()
    start = client.get("/signin/sign-on/?next=/staff/me/")
    assert fake.visit(client, start, sub="s-ana")["Location"] == "/staff/me/"
    client = Client()
    start = client.get("/signin/sign-on/?next=https://evil.example/")
    assert fake.visit(client, start, sub="s-ana")["Location"] == "/"


def test_a_stranger_is_refused_and_nobody_is_made(cast: Cast, fake: SignOn) -> None:
    people, client = User.objects.count(), Client()
    answer = fake.sign_in(client, sub="s-nobody", preferred_username="ana", email="ana@example.org", email_verified=True)
    assert answer.status_code == 403
    assert "not known here" in answer.content.decode()
    assert not is_in(client)
    assert User.objects.count() == people
    assert outcomes() == ["not_known"]


def test_a_disabled_person_is_refused(known: Cast, fake: SignOn) -> None:
    User.objects.filter(pk=known.ana.pk).update(is_active=False)
    answer = fake.sign_in(Client(), sub="s-ana")
    assert answer.status_code == 403
    assert "taken away" in answer.content.decode()
    assert outcomes() == ["disabled"]


def _changed(name: str, value: Any) -> Any:
    return lambda fake, claims: fake.signed(claims | {name: value})


def _without(name: str) -> Any:
    return lambda fake, claims: fake.signed({key: each for key, each in claims.items() if key != name})


OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
BAD = {
    "signed by another": lambda fake, claims: fake.signed(claims, OTHER_KEY),
    "a key that is not published": lambda fake, claims: fake.signed(claims, kid="k2"),
    "no signature": lambda fake, claims: jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"}),
    "a shared secret": lambda fake, claims: jwt.encode(claims, oidc.SECRET * 2, algorithm="HS256", headers={"kid": "k1"}),
    "another issuer": _changed("iss", "http://127.0.0.1:1"),
    "another application": _changed("aud", "other"),
    "made for another application": _changed("azp", "other"),
    "run out": _changed("exp", 1),
    "from tomorrow": _changed("iat", 4_000_000_000),
    "another question": _changed("nonce", "x" * 32),
    "no question": _without("nonce"),
    "no subject": _without("sub"),
    "no end": _without("exp"),
    "no token": lambda fake, claims: "",
    "nonsense": lambda fake, claims: "a.b.c",
}


@pytest.mark.parametrize("how", sorted(BAD))
def test_a_token_that_does_not_count_lets_nobody_in(known: Cast, fake: SignOn, how: str) -> None:
    fake.token, client = lambda claims: BAD[how](fake, claims), Client()
    answer = fake.sign_in(client, sub="s-ana")
    assert answer.status_code == 403
    assert not is_in(client)


def test_an_answer_that_nobody_asked_for_lets_nobody_in(known: Cast, fake: SignOn) -> None:
    start = Client().get("/signin/sign-on/")
    victim = Client()
    assert fake.visit(victim, start, sub="s-ana").status_code == 403  # another browser's state
    assert not is_in(victim)
    for query in ({}, {"code": "c"}, {"error": "access_denied"}, {"code": "c", "state": "x" * 16}):
        assert victim.get("/signin/sign-on/back/", query).status_code == 403


def test_a_claim_connects_a_person_once_where_policy_says_so(cast: Cast, fake: SignOn, settings: Settings) -> None:
    settings.OIDC_MATCH_CLAIM = "preferred_username"
    client = Client()
    assert fake.sign_in(client, sub="s-1", preferred_username="ANA").status_code == 302
    assert is_in(client)
    assert StaffEvent.objects.filter(kind="sign_on.linked", subject=cast.ana).count() == 1
    # The name was given to somebody else there: the person here is not handed over.
    assert fake.sign_in(Client(), sub="s-2", preferred_username="ana").status_code == 403
    assert fake.sign_in(Client(), sub="s-1", preferred_username="ben").status_code == 302


def test_groups_admit_people_and_their_roles_follow(cast: Cast, fake: SignOn, settings: Settings) -> None:
    settings.OIDC_ROLES = {"coders": ["MAIN:coder"], "leads": ["MAIN:supervisor", "OTHER:supervisor"], "lost": ["GONE:coder"]}
    newcomer = {"sub": "s-new", "preferred_username": "Eve.Stone", "name": "Eve Stone"}
    assert fake.sign_in(Client(), **newcomer, groups=["coders"]).status_code == 403
    settings.OIDC_ADMIT = True
    assert fake.sign_in(Client(), **newcomer, groups=["visitors"]).status_code == 403
    client = Client()
    assert fake.sign_in(client, **newcomer, groups=["coders", "lost"]).status_code == 302
    eve = User.objects.get(username="eve.stone")
    assert (eve.full_name, eve.roles_at(cast.main.pk), eve.has_usable_password()) == ("Eve Stone", {Role.CODER}, False)
    assert is_in(client)
    assert client.get("/signin/password/").status_code == 422
    RoleGrant.objects.create(user=eve, facility=cast.main, role=Role.BILLER)
    fake.sign_in(Client(), **newcomer, groups=["leads"])
    eve = User.objects.get(pk=eve.pk)
    # What the groups govern follows them; the biller's role is the administrators' and stays.
    assert eve.roles_at(cast.main.pk) == {Role.SUPERVISOR, Role.BILLER}
    assert eve.roles_at(cast.other.pk) == {Role.SUPERVISOR}
    # A user name that is somebody's already is not taken over.
    assert fake.sign_in(Client(), sub="s-x", preferred_username="ana", groups=["coders"]).status_code == 403


def test_the_last_administrator_of_a_facility_stays_one(known: Cast, fake: SignOn, settings: Settings) -> None:
    settings.OIDC_ROLES = {"admins": ["MAIN:administrator"]}
    assert fake.sign_in(Client(), sub="s-ada", groups=[]).status_code == 302
    assert User.objects.get(pk=known.ada.pk).has_role(Role.ADMINISTRATOR, known.main.pk)


def test_a_second_factor_used_there_counts_where_policy_trusts_its_name(known: Cast, fake: SignOn, settings: Settings) -> None:
    settings.REQUIRE_TOTP = True
    without = Client()
    fake.sign_in(without, sub="s-ana", amr=["pwd", "mfa"])
    assert without.get("/staff/me/")["Location"] == "/signin/app/connect/"
    settings.OIDC_SECOND_FACTOR = frozenset({"mfa", "urn:two"})
    for claims, trusted in (({"amr": ["pwd", "mfa"]}, True), ({"acr": "urn:two"}, True), ({"amr": ["pwd"]}, False), ({}, False)):
        client = Client()
        fake.sign_in(client, sub="s-ana", **claims)
        assert is_in(client) is trusted
    # With an app connected here: its code is asked for unless the factor was used there.
    Authenticator.objects.create(user=known.ana, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert fake.sign_in(Client(), sub="s-ana", amr=["pwd"])["Location"] == "/signin/code/"
    assert fake.sign_in(Client(), sub="s-ana", amr=["mfa"])["Location"] == "/"


def test_a_temporary_password_is_no_duty_of_whoever_does_not_use_it(known: Cast, fake: SignOn) -> None:
    User.objects.filter(pk=known.ana.pk).update(must_change_password=True)
    client = Client()
    fake.sign_in(client, sub="s-ana")
    assert is_in(client)


def test_a_session_that_began_there_ends_sooner(known: Cast, fake: SignOn, settings: Settings) -> None:
    settings.OIDC_SESSION_SECONDS = 600
    client = Client()
    fake.sign_in(client, sub="s-ana")
    assert is_in(client)
    session = client.session
    session["session_began_at"] = time.time() - 601
    session.save()
    assert not is_in(client)
    assert outcomes()[-1] == "too_long"


def test_a_proof_is_asked_for_there_and_counts_for_the_same_person_just_now(known: Cast, fake: SignOn) -> None:
    client = Client()
    fake.sign_in(client, sub="s-ada")
    grow_old(client)
    asked = client.get(PROVEN)
    assert asked["Location"].startswith("/signin/again/")
    there = client.get(asked["Location"])
    for claims in ({"sub": "s-ana"}, {"sub": "s-nobody"}, {"sub": "s-ada", "auth_time": 1}, {"sub": "s-ada", "auth_time": None}):
        assert fake.visit(client, client.get(asked["Location"]), **claims).status_code == 403
        assert client.get(PROVEN).status_code == 302
    back = fake.visit(client, there, sub="s-ada")
    assert (fake.asked["prompt"], fake.asked["max_age"]) == ("login", "0")
    assert back["Location"] == PROVEN
    assert client.get(PROVEN).status_code == 200


def _logout(fake: SignOn, **changed: Any) -> str:
    event = {"http://schemas.openid.net/event/backchannel-logout": {}}
    claims = fake.usual() | {"sub": "s-ana", "jti": f"j{time.monotonic_ns()}", "events": event} | changed
    return fake.signed({name: value for name, value in claims.items() if value is not None})


def test_the_sign_on_ends_a_persons_sessions_at_once(known: Cast, fake: SignOn) -> None:
    clients = [Client(), Client()]
    for client in clients:
        fake.sign_in(client, sub="s-ana")
    other = Client()
    fake.sign_in(other, sub="s-ada")
    token = _logout(fake)
    # No cookie, no page's token: the provider's server calls.
    assert Client(enforce_csrf_checks=True).post("/signin/sign-on/ended/", {"logout_token": token}).status_code == 200
    assert [is_in(client) for client in clients] == [False, False]
    assert is_in(other)
    assert "ended_there" in outcomes()
    fake.sign_in(clients[0], sub="s-ana")
    # The same token again ends nothing more.
    assert Client().post("/signin/sign-on/ended/", {"logout_token": token}).status_code == 200
    assert is_in(clients[0])
    assert Client().post("/signin/sign-on/ended/", {"logout_token": _logout(fake, sub="s-nobody")}).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"events": None}, {"events": {"other": {}}}, {"events": "x"}, {"nonce": "n"}, {"sub": None}, {"sub": ""}, {"jti": None},
        {"aud": "other"}, {"iss": "http://127.0.0.1:1"}, {"iat": 1}, {"exp": 1},
    ],
)  # fmt: skip
def test_another_token_ends_no_session(known: Cast, fake: SignOn, changed: dict[str, Any]) -> None:
    client = Client()
    fake.sign_in(client, sub="s-ana")
    assert Client().post("/signin/sign-on/ended/", {"logout_token": _logout(fake, **changed)}).status_code == 400
    for text in ("", "a.b.c", "x" * 20_000):
        assert Client().post("/signin/sign-on/ended/", {"logout_token": text}).status_code == 400
    assert is_in(client)


def test_a_sign_on_that_does_not_answer_is_told_and_local_accounts_go_on(cast: Cast, settings: Settings) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:1"
    answer = Client().get("/signin/sign-on/")
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()
    local = Client()
    local.post("/signin/login/", {"login": "ana", "password": PASSWORD})
    assert is_in(local)


def test_local_accounts_can_be_those_of_named_people_only(cast: Cast, settings: Settings) -> None:
    settings.LOCAL_ACCOUNTS = frozenset({"ada"})
    closed, emergency = Client(), Client()
    refused = closed.post("/signin/login/", {"login": "ana", "password": PASSWORD})
    assert "User name or password is not right" in refused.content.decode()
    emergency.post("/signin/login/", {"login": "ada", "password": PASSWORD})
    assert (is_in(closed), is_in(emergency)) == (False, True)
    assert outcomes() == ["only_sign_on", "signed_in"]
    settings.OIDC_ISSUER = ""  # without a sign-on nobody is shut out
    closed.post("/signin/login/", {"login": "ana", "password": PASSWORD})
    assert is_in(closed)


def test_without_a_sign_on_its_addresses_are_none(cast: Cast, settings: Settings) -> None:
    settings.OIDC_ISSUER = ""
    assert [Client().get(f"/signin/sign-on/{path}").status_code for path in ("", "back/", "ended/")] == [404, 404, 404]
    assert Client().post("/signin/sign-on/ended/").status_code == 404
    assert "Sign in with" not in Client().get("/signin/login/").content.decode()


def test_the_commands_connect_disconnect_and_shut_out(known: Cast, fake: SignOn, capsys: pytest.CaptureFixture[str]) -> None:
    client = Client()
    fake.sign_in(client, sub="s-ana")
    with pytest.raises(CommandError):
        call_command("sign_on", "ana", subject="s-other")
    call_command("sign_on", "ana", disconnect=True)
    assert not is_in(client)
    assert fake.sign_in(client, sub="s-ana").status_code == 403
    call_command("sign_on", "ana", subject="s-ana")
    fake.sign_in(client, sub="s-ana")
    assert is_in(client)
    call_command("deprovision", "ana", reason="Left on Friday")
    assert not is_in(client)
    call_command("deprovision", "ana", reason="Left on Friday")
    with pytest.raises(CommandError, match="nobody, ada"):  # ada is the last administrator
        call_command("deprovision", "nobody", "ada", reason="Left")
    assert "was disabled already" in capsys.readouterr().out


def test_a_person_or_a_subject_is_connected_once(known: Cast) -> None:
    for person, subject in ((known.ana, "s-2"), (known.ben, "s-ana")):
        with pytest.raises(Conflict):
            connect(by=None, person=person, subject=subject)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"OIDC_ISSUER": "http://plain.example"}, "staff.E010"),
        ({"OIDC_CLIENT_SECRET": ""}, "staff.E011"),
        ({"OIDC_ROLES": {"g": ["MAIN:king"]}}, "staff.E012"),
        ({"OIDC_ADMIT": True}, "staff.E013"),
        ({}, ""),
    ],
)
def test_a_half_configured_sign_on_does_not_pass_the_checks(settings: Settings, changed: dict[str, Any], code: str) -> None:
    settings.PLAIN_HTTP, settings.OIDC_ISSUER = False, "https://signon.example"
    for name, value in changed.items():
        setattr(settings, name, value)
    assert [error.id for error in checks.check_sign_on(None)] == ([code] if code else [])
