"""Who gets in by SAML 2.0.

The rules of admission are one for both kinds of sign-on; test_sign_on.py has their corners.
"""

import time

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from pytest_django import Settings

from accounts.errors import Conflict
from coding_workflow.staff.models import Role, StaffEvent, User
from coding_workflow.staff.services.sign_on import connect
from tests.cast import PASSWORD, Cast
from tests.security.browser import grow_old
from tests.staff import saml
from tests.staff.arriving import PROVEN, is_in, outcomes
from tests.staff.saml import HERE, SPACES, IdentityProvider, browser

# The database's make and version have no say in assertions.
pytestmark = [pytest.mark.once, pytest.mark.urls("tests.staff.saml_urls")]


def test_the_way_there_names_us_and_no_other_site_begins_it(cast: Cast, fake: IdentityProvider) -> None:
    start = browser().get("/signin/sign-on/")
    asked = fake.read(start)
    assert start["Location"].startswith(f"{saml.SSO}?")
    assert asked.get("AssertionConsumerServiceURL") == f"{HERE}/back/"
    assert asked.findtext("saml:Issuer", namespaces=SPACES) == saml.OURS
    assert asked.get("ForceAuthn") is None
    foreign = browser().get("/signin/sign-on/", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign["Location"] == "/signin/login/"
    page = browser().get("/signin/login/").content.decode()
    assert "Sign in with Springfield Health" in page
    assert "With a local account" in page


def test_whoever_is_connected_gets_in_and_nothing_of_the_assertion_is_kept(known: Cast, fake: IdentityProvider) -> None:
    client = browser()
    answer = fake.sign_in(client, "s-ana", {"displayName": ["Ana Elsewhere"], "groups": ["x"]})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    assert SocialAccount.objects.get(uid="s-ana").extra_data == {}
    assert outcomes() == ["signed_in"]
    assert User.objects.get(pk=known.ana.pk).full_name == "Ana"


def test_the_way_back_leads_to_the_page_one_wanted_and_never_elsewhere(known: Cast, fake: IdentityProvider) -> None:
    for wanted, led in (("/staff/me/", "/staff/me/"), ("https://evil.example/", "/")):
        client = browser()
        assert fake.sign_in(client, start=client.get(f"/signin/sign-on/?next={wanted}"))["Location"] == led


def test_a_stranger_is_refused_and_nobody_is_made(cast: Cast, fake: IdentityProvider) -> None:
    people, client = User.objects.count(), browser()
    answer = fake.sign_in(client, "s-nobody", {"uid": ["ana"], "mail": ["ana@example.org"]})
    assert answer.status_code == 403
    assert "not known here" in answer.content.decode()
    assert not is_in(client)
    assert User.objects.count() == people
    assert outcomes() == ["not_known"]


def test_a_disabled_person_is_refused(known: Cast, fake: IdentityProvider) -> None:
    User.objects.filter(pk=known.ana.pk).update(is_active=False)
    answer = fake.sign_in(browser())
    assert answer.status_code == 403
    assert "taken away" in answer.content.decode()
    assert outcomes() == ["disabled"]


def test_an_attribute_connects_a_person_once_where_policy_says_so(cast: Cast, fake: IdentityProvider, settings: Settings) -> None:
    settings.SAML_MATCH_ATTRIBUTE = "uid"
    assert fake.sign_in(browser(), "s-1", {"uid": ["ANA"]}).status_code == 302
    assert StaffEvent.objects.filter(kind="sign_on.linked", subject=cast.ana).count() == 1
    assert fake.sign_in(browser(), "s-2", {"uid": ["ana"]}).status_code == 403
    assert fake.sign_in(browser(), "s-3", {"uid": ["ben", "ana"]}).status_code == 403  # two names are none
    settings.SAML_MATCH_ATTRIBUTE = "NameID"
    assert fake.sign_in(browser(), "Ben").status_code == 302
    assert SocialAccount.objects.get(user=cast.ben).uid == "Ben"


def test_groups_admit_people_and_their_roles_follow(cast: Cast, fake: IdentityProvider, settings: Settings) -> None:
    settings.SAML_ROLES = {"coders": ["MAIN:coder"], "leads": ["MAIN:supervisor", "OTHER:supervisor"]}
    said = {"uid": ["Eve.Stone"], "displayName": ["Eve Stone"], "mail": ["eve@example.org"]}
    assert fake.sign_in(browser(), "s-new", said | {"groups": ["coders"]}).status_code == 403
    settings.SAML_ADMIT = True
    assert fake.sign_in(browser(), "s-new", said | {"groups": ["visitors"]}).status_code == 403
    client = browser()
    assert fake.sign_in(client, "s-new", said | {"groups": ["visitors", "coders"]}).status_code == 302
    assert is_in(client)
    eve = User.objects.get(username="eve.stone")
    assert (eve.full_name, eve.email, eve.roles_at(cast.main.pk)) == ("Eve Stone", "eve@example.org", {Role.CODER})
    fake.sign_in(browser(), "s-new", said | {"groups": ["leads"]})
    eve = User.objects.get(pk=eve.pk)
    assert (eve.roles_at(cast.main.pk), eve.roles_at(cast.other.pk)) == ({Role.SUPERVISOR}, {Role.SUPERVISOR})


def test_an_attribute_can_be_the_subject_and_a_name_that_changes_cannot(
    known: Cast, fake: IdentityProvider, settings: Settings
) -> None:
    assert fake.sign_in(browser(), "s-ana", name_format=Names.NAMEID_TRANSIENT).status_code == 403
    settings.SAML_SUBJECT_ATTRIBUTE = "employeeNumber"
    for values, status in (["s-ana"], 302), (["s-nobody"], 403), (["s-ana", "s-ada"], 403), (["x" * 200], 403), ([" "], 403):
        said = {"employeeNumber": values}
        assert fake.sign_in(browser(), "t-77", said, name_format=Names.NAMEID_TRANSIENT).status_code == status
    assert fake.sign_in(browser(), "s-ana").status_code == 403  # not said


def test_a_second_factor_used_there_counts_where_policy_trusts_its_name(
    known: Cast, fake: IdentityProvider, settings: Settings
) -> None:
    settings.REQUIRE_TOTP = True
    mfa, entra = "https://refeds.org/profile/mfa", "http://schemas.microsoft.com/claims/multipleauthn"
    without = browser()
    fake.sign_in(without, context=mfa)
    assert without.get("/staff/me/")["Location"] == "/signin/app/connect/"
    settings.SAML_SECOND_FACTOR = frozenset({mfa, entra})
    methods = "http://schemas.microsoft.com/claims/authnmethodsreferences"
    for said, trusted in (
        ({"context": mfa}, True),
        ({"attributes": {methods: ["password", entra]}}, True),
        ({"attributes": {methods: ["password"]}}, False),
        ({}, False),
    ):
        client = browser()
        fake.sign_in(client, **said)
        assert is_in(client) is trusted


def test_a_session_that_began_there_ends_sooner(known: Cast, fake: IdentityProvider, settings: Settings) -> None:
    settings.SAML_SESSION_SECONDS = 600
    client = browser()
    fake.sign_in(client)
    assert is_in(client)
    session = client.session
    session["session_began_at"] = time.time() - 601
    session.save()
    assert not is_in(client)


def test_a_proof_is_asked_for_there_and_counts_for_the_same_person_just_now(known: Cast, fake: IdentityProvider) -> None:
    client = browser()
    fake.sign_in(client, "s-ada")
    grow_old(client)
    asked = client.get(PROVEN)
    assert asked["Location"].startswith("/signin/again/")
    for subject, proven in (("s-ana", 0), ("s-nobody", 0), ("s-ada", -200)):
        assert fake.sign_in(client, subject, start=client.get(asked["Location"]), proven=proven).status_code == 403
        assert client.get(PROVEN).status_code == 302
    back = fake.sign_in(client, "s-ada", start=client.get(asked["Location"]))
    assert fake.asked.get("ForceAuthn") == "true"
    assert back["Location"] == PROVEN
    assert client.get(PROVEN).status_code == 200


def test_local_accounts_can_be_those_of_named_people_only(cast: Cast, settings: Settings) -> None:
    settings.LOCAL_ACCOUNTS = frozenset({"ada"})
    closed, emergency = browser(), browser()
    closed.post("/signin/login/", {"login": "ana", "password": PASSWORD})
    emergency.post("/signin/login/", {"login": "ada", "password": PASSWORD})
    assert (is_in(closed), is_in(emergency)) == (False, True)
    assert outcomes() == ["only_sign_on", "signed_in"]


def test_the_commands_connect_disconnect_and_shut_out(known: Cast, fake: IdentityProvider) -> None:
    client = browser()
    with pytest.raises(Conflict):
        connect(by=None, person=known.ana, subject="s-2")
    fake.sign_in(client)
    call_command("sign_on", "ana", disconnect=True)
    assert not is_in(client)
    assert fake.sign_in(client).status_code == 403
    call_command("sign_on", "ana", subject="s-ana")
    fake.sign_in(client)
    assert is_in(client)
    call_command("deprovision", "ana", reason="Left on Friday")
    assert not is_in(client)
    assert fake.sign_in(client).status_code == 403


def test_subjects_of_another_kind_of_sign_on_are_other_subjects(cast: Cast, fake: IdentityProvider) -> None:
    SocialAccount.objects.create(provider="hospital", uid="s-ana", user=cast.ana, extra_data={})
    assert fake.sign_in(browser()).status_code == 403
