"""Sign-on by SAML 2.0: who gets in by it, which assertions count, and how it ends what it began.

The rules of admission are one for both kinds of sign-on; test_sign_on.py has their corners.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from pytest_django import Settings

from accounts.errors import Conflict
from coding_workflow.settings.logs import hide_keys
from coding_workflow.staff import saml as extra
from coding_workflow.staff.models import Role, SignInRecord, StaffEvent, User
from coding_workflow.staff.saml.provider import SamlProvider
from coding_workflow.staff.services.sign_on import connect
from coding_workflow.staff.sign_on import checks
from tests.cast import PASSWORD, Cast
from tests.security.browser import grow_old
from tests.staff import saml
from tests.staff.saml import HERE, SPACES, IdentityProvider, Signer, browser, deliver

# The database's make and version have no say in assertions.
pytestmark = [pytest.mark.once, pytest.mark.urls("tests.staff.saml_urls")]

PROVEN = "/staff/people/add/"
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def fake() -> IdentityProvider:
    registry.register(SamlProvider)
    return IdentityProvider()


@pytest.fixture(autouse=True)
def configured(fake: IdentityProvider, settings: Settings) -> None:
    settings.SAML, settings.SAML_IDP_ENTITY_ID = True, saml.ENTITY
    settings.SAML_SSO_URL, settings.SAML_SLO_URL, settings.SAML_CERTIFICATE = saml.SSO, saml.SLO, fake.signer.certificate
    settings.SAML_NAME = "Springfield Health"


@pytest.fixture
def known(cast: Cast) -> Cast:
    """Ana and Ada are connected to their subjects."""
    connect(by=None, person=cast.ana, subject="s-ana")
    connect(by=None, person=cast.ada, subject="s-ada")
    return cast


def _is_in(client: Client) -> bool:
    return client.get("/staff/me/").status_code == 200


def _outcomes() -> list[str]:
    return list(SignInRecord.objects.order_by("pk").values_list("outcome", flat=True))


# ---------------------------------------------------------------- who gets in


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
    assert _is_in(client)
    assert SocialAccount.objects.get(uid="s-ana").extra_data == {}
    assert _outcomes() == ["signed_in"]
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
    assert not _is_in(client)
    assert User.objects.count() == people
    assert _outcomes() == ["not_known"]


def test_a_disabled_person_is_refused(known: Cast, fake: IdentityProvider) -> None:
    User.objects.filter(pk=known.ana.pk).update(is_active=False)
    answer = fake.sign_in(browser())
    assert answer.status_code == 403
    assert "taken away" in answer.content.decode()
    assert _outcomes() == ["disabled"]


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
    assert _is_in(client)
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
        assert _is_in(client) is trusted


def test_a_session_that_began_there_ends_sooner(known: Cast, fake: IdentityProvider, settings: Settings) -> None:
    settings.SAML_SESSION_SECONDS = 600
    client = browser()
    fake.sign_in(client)
    assert _is_in(client)
    session = client.session
    session["session_began_at"] = time.time() - 601
    session.save()
    assert not _is_in(client)


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
    assert (_is_in(closed), _is_in(emergency)) == (False, True)
    assert _outcomes() == ["only_sign_on", "signed_in"]


def test_the_commands_connect_disconnect_and_shut_out(known: Cast, fake: IdentityProvider) -> None:
    client = browser()
    with pytest.raises(Conflict):
        connect(by=None, person=known.ana, subject="s-2")
    fake.sign_in(client)
    call_command("sign_on", "ana", disconnect=True)
    assert not _is_in(client)
    assert fake.sign_in(client).status_code == 403
    call_command("sign_on", "ana", subject="s-ana")
    fake.sign_in(client)
    assert _is_in(client)
    call_command("deprovision", "ana", reason="Left on Friday")
    assert not _is_in(client)
    assert fake.sign_in(client).status_code == 403


def test_subjects_of_another_kind_of_sign_on_are_other_subjects(cast: Cast, fake: IdentityProvider) -> None:
    SocialAccount.objects.create(provider="hospital", uid="s-ana", user=cast.ana, extra_data={})
    assert fake.sign_in(browser()).status_code == 403


# ---------------------------------------------------------------- which assertions count


def _moved(where: str) -> Callable[[IdentityProvider], str]:
    """Signature wrapping: the signed assertion about Ana is kept somewhere, a forged one about Ada stands in its place."""

    def make(idp: IdentityProvider) -> str:
        whole = etree.fromstring(idp.answer("s-ana"))
        signed = whole.find("saml:Assertion", SPACES)
        forged = etree.fromstring(idp.assertion("s-ada", number="_forged"))
        _WRAPPINGS[where](whole, signed, forged)
        return etree.tostring(whole).decode()

    return make


def _beside(whole: Any, signed: Any, forged: Any) -> None:
    signed.addprevious(forged)


def _after(whole: Any, signed: Any, forged: Any) -> None:
    signed.addnext(forged)


def _around(whole: Any, signed: Any, forged: Any) -> None:
    whole.replace(signed, forged)
    forged.append(signed)


def _in_extensions(whole: Any, signed: Any, forged: Any) -> None:
    whole.replace(signed, forged)
    extensions = etree.Element(f"{{{Names.NS_SAMLP}}}Extensions")
    extensions.append(signed)
    whole.find("saml:Issuer", SPACES).addnext(extensions)


def _with_its_signature(whole: Any, signed: Any, forged: Any) -> None:
    signature = signed.find("ds:Signature", SPACES)
    forged.insert(1, signature)
    _in_extensions(whole, signed, forged)


def _with_its_signature_and_number(whole: Any, signed: Any, forged: Any) -> None:
    forged.set("ID", signed.get("ID"))
    _with_its_signature(whole, signed, forged)


def _in_the_signature(whole: Any, signed: Any, forged: Any) -> None:
    signature = signed.find("ds:Signature", SPACES)
    whole.replace(signed, forged)
    forged.insert(1, signature)
    kept = etree.SubElement(signature, f"{{{Names.NS_DS}}}Object")
    kept.append(signed)


def _only_the_signature(whole: Any, signed: Any, forged: Any) -> None:
    forged.set("ID", signed.get("ID"))
    forged.insert(1, signed.find("ds:Signature", SPACES))
    whole.replace(signed, forged)


_WRAPPINGS = {
    "beside": _beside, "after": _after, "around": _around, "in extensions": _in_extensions,
    "with its signature": _with_its_signature,
    "with its signature and number": _with_its_signature_and_number, "in the signature": _in_the_signature,
    "only the signature": _only_the_signature,
}  # fmt: skip


def _changed_after(idp: IdentityProvider) -> str:
    return idp.answer("s-ana").replace("s-ana", "s-ada")


def _cut_by_a_comment(idp: IdentityProvider) -> str:
    return idp.answer("s-ada.evil.example").replace("s-ada.evil", "s-ada<!-- -->.evil")


def _with_a_type(words: str) -> Callable[[IdentityProvider], str]:
    return lambda idp: f"<!DOCTYPE samlp:Response {words}>{idp.answer('s-ana')}"


BAD: dict[str, tuple[str, Callable[[IdentityProvider], str | bytes]]] = {
    "not signed": ("signature", lambda idp: idp.response(idp.assertion())),
    "only the message signed": ("signature", lambda idp: idp.signer.sign(idp.response(idp.assertion()))),
    "signed by another key": ("signature", lambda idp: idp.response(Signer().sign(idp.assertion()))),
    "signed with SHA-1": ("signature", lambda idp: idp.response(idp.signer.sign(idp.assertion(), Names.RSA_SHA1))),
    "changed after it was signed": ("signature", _changed_after),
    "cut by a comment": ("", _cut_by_a_comment),
    "run out": ("time", lambda idp: idp.answer(until=-400)),
    "confirmed until a moment ago": ("confirmation", lambda idp: idp.answer(until=-10)),
    "from tomorrow": ("time", lambda idp: idp.answer(since=86_400, until=90_000)),
    "without an end": ("confirmation", lambda idp: idp.answer(until=0)),
    "for another audience": ("audience", lambda idp: idp.answer(audience="https://other.example")),
    "for no audience": ("audience", lambda idp: idp.answer(audience="")),
    "for another address": (
        "destination",
        lambda idp: idp.response(idp.signer.sign(idp.assertion()), destination="https://other.example/"),
    ),
    "confirmed for another address": ("confirmation", lambda idp: idp.answer(recipient="https://other.example/")),
    "confirmed for a longer address": ("confirmation", lambda idp: idp.answer(recipient=f"{HERE}/back/more")),
    "confirmed for no address": ("confirmation", lambda idp: idp.answer(recipient="")),
    "of another issuer": ("issuer", lambda idp: idp.response(idp.signer.sign(idp.assertion()), issuer="https://other.example")),
    "an error": ("status", lambda idp: idp.response("", status=Names.STATUS_RESPONDER, message="no Ana Stone")),
    "no assertion": ("assertion", lambda idp: idp.response("")),
    "no subject": ("subject", lambda idp: idp.answer(subject=" ")),
    "a long subject": ("subject", lambda idp: idp.answer(subject="x" * 192)),
    "to another question": ("confirmation", lambda idp: idp.answer(question="_other")),
    "to no question": ("confirmation", lambda idp: idp.answer(question="")),
    "to no question at all": (
        "confirmation",
        lambda idp: idp.response(idp.signer.sign(idp.assertion(question="")), question=""),
    ),
    "no message": ("", lambda idp: "<a/>"),
    "no XML": ("", lambda idp: "nonsense"),
    "a document type": ("", _with_a_type("[]")),
    "an entity": ("", _with_a_type('[<!ENTITY who "s-ada">]')),
    "an entity in another encoding": ("", lambda idp: _with_a_type('[<!ENTITY who "s-ada">]')(idp).encode("utf-16")),
    "an entity from a file": ("", _with_a_type('[<!ENTITY who SYSTEM "file:///etc/passwd">]')),
    "entities that multiply": ("", _with_a_type('[<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]')),
    "a type from elsewhere": ("", _with_a_type('SYSTEM "http://127.0.0.1:9/x.dtd"')),
} | {f"wrapped: {how}": ("", _moved(how)) for how in _WRAPPINGS}  # fmt: skip


@pytest.mark.parametrize("how", sorted(BAD))
def test_an_assertion_that_does_not_count_lets_nobody_in(
    known: Cast, fake: IdentityProvider, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    word, make = BAD[how]
    client = browser()
    with caplog.at_level(logging.INFO):
        answer = fake.sign_in(client, make=make)
    assert answer.status_code == 403
    assert "Back to sign-in" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert not _is_in(client)
    assert "signed_in" not in _outcomes()
    told = [record.msg for record in caplog.records if isinstance(record.msg, dict) and "sign_on" in str(record.msg.get("event"))]
    assert len(told) == 1 or how == "cut by a comment"  # who is not known is in the records of sign-in
    assert not word or told[0]["error"] == word
    assert not any(name in caplog.text for name in ("s-ana", "s-ada", "Ana Stone", "other.example"))


def test_every_way_to_break_in_starts_from_an_answer_that_counts(known: Cast, fake: IdentityProvider) -> None:
    for make in (
        lambda idp: idp.answer(),
        lambda idp: idp.signer.sign(idp.answer()),  # message and assertion
        lambda idp: idp.response(idp.signer.sign(idp.assertion()), destination=""),
    ):
        assert fake.sign_in(browser(), make=make).status_code == 302


def test_an_answer_that_nobody_asked_for_lets_nobody_in(known: Cast, fake: IdentityProvider) -> None:
    fake.read(browser().get("/signin/sign-on/"))
    victim = browser()
    answer = deliver(victim, fake.answer())  # to another browser's question
    assert answer.status_code == 403
    assert "another question" in answer.content.decode()
    assert not _is_in(victim)
    assert victim.get(f"{HERE}/back/finish/").status_code == 403


def test_an_assertion_counts_once_even_if_its_question_could_be_asked_again(known: Cast, fake: IdentityProvider) -> None:
    client = browser()
    fake.read(client.get("/signin/sign-on/"))
    states = client.session[statekit.STATES_SESSION_KEY]
    message = fake.answer()
    assert deliver(client, message).status_code == 302
    again = browser()
    assert deliver(again, message).status_code == 403  # its state is another browser's
    again.get("/signin/sign-on/")
    session = again.session
    session[statekit.STATES_SESSION_KEY] = states
    session.save()
    answer = deliver(again, message)
    assert answer.status_code == 403
    assert "another question" in answer.content.decode()
    assert not _is_in(again)


def test_a_message_that_is_too_long_is_not_read(known: Cast, fake: IdentityProvider, django_assert_max_num_queries: Any) -> None:
    client = browser()
    fake.read(client.get("/signin/sign-on/"))
    assert saml.post(client, fake.answer()).status_code == 302
    with django_assert_max_num_queries(4):  # the counter of the limit; no row of the message
        assert saml.post(client, b"x" * 300_000).status_code == 413
    form = Client(HTTP_HOST="testserver").post(f"{HERE}/back/", {"SAMLResponse": "x"})  # with parts, which would be written down
    assert form.status_code == 413
    assert browser().get(f"{HERE}/back/").status_code == 404


def test_the_form_of_another_site_is_taken_at_this_one_address_only(known: Cast, fake: IdentityProvider) -> None:
    fake.read(browser().get("/signin/sign-on/"))
    assert saml.post(browser(), fake.answer()).status_code == 302
    elsewhere = browser().post("/signin/login/", {"login": "ana"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403
    assert browser().post(f"{HERE}/ended/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


# ---------------------------------------------------------------- ending it


def _ended(client: Client, query: str) -> Any:
    return client.get(f"{HERE}/ended/?{query}")


def test_the_identity_provider_ends_a_persons_sessions_at_once(known: Cast, fake: IdentityProvider) -> None:
    clients = [browser(), browser()]
    for client in clients:
        fake.sign_in(client)
    other = browser()
    fake.sign_in(other, "s-ada")
    query = fake.signed_query(fake.logout_request())
    answer = _ended(clients[0], query)
    assert answer["Location"].startswith(f"{saml.SLO}?SAMLResponse=")
    assert parse_qs(urlsplit(answer["Location"]).query)["RelayState"] == ["there"]
    assert [_is_in(client) for client in clients] == [False, False]
    assert _is_in(other)
    assert "ended_there" in _outcomes()
    fake.sign_in(clients[0])
    # The same request again ends nothing more.
    assert _ended(browser(), query).status_code == 302
    assert _is_in(clients[0])
    assert _ended(browser(), fake.signed_query(fake.logout_request("s-nobody"))).status_code == 302


def test_the_browser_that_brings_it_is_out_even_if_its_name_is_not_the_subject(
    known: Cast, fake: IdentityProvider, settings: Settings
) -> None:
    settings.SAML_SUBJECT_ATTRIBUTE = "employeeNumber"
    client = browser()
    fake.sign_in(client, "t-1", {"employeeNumber": ["s-ana"]})
    assert _is_in(client)
    _ended(client, fake.signed_query(fake.logout_request("t-1")))
    assert not _is_in(client)


def _forged_beside(fake: IdentityProvider) -> str:
    signed = fake.signed_query(fake.logout_request("s-nobody"))
    forged = Client().get("/x", {"S": fake.logout_request()}).request["QUERY_STRING"].removeprefix("S=")
    return f"{signed}&%53AMLRequest={forged}"


def _entity(fake: IdentityProvider) -> str:
    return fake.signed_query(saml.packed('<!DOCTYPE a [<!ENTITY who "s-ana">]><a/>'))


BAD_REQUESTS: dict[str, Callable[[IdentityProvider], str]] = {
    "not signed": lambda fake: fake.signed_query(fake.logout_request()).split("&SigAlg")[0],
    "signed by another": lambda fake: fake.signed_query(fake.logout_request(), signer=Signer()),
    "signed with SHA-1": lambda fake: fake.signed_query(fake.logout_request(), algorithm=Names.RSA_SHA1),
    "said twice in two spellings": _forged_beside,
    "for another address": lambda fake: fake.signed_query(fake.logout_request(destination="https://other.example/")),
    "for a longer address": lambda fake: fake.signed_query(fake.logout_request(destination=f"{HERE}/ended/more")),
    "for no address": lambda fake: fake.signed_query(fake.logout_request(destination="")),
    "old": lambda fake: fake.signed_query(fake.logout_request(issued=-400)),
    "from tomorrow": lambda fake: fake.signed_query(fake.logout_request(issued=86_400)),
    "of another issuer": lambda fake: fake.signed_query(fake.logout_request(issuer="https://other.example")),
    "an entity": _entity,
    "long": lambda fake: fake.signed_query(saml.packed("<a>" + os.urandom(8_000).hex() + "</a>")),
    "nonsense": lambda fake: fake.signed_query("nonsense"),
    "nothing": lambda fake: "",
    "an answer": lambda fake: fake.signed_query(fake.logout_request()).replace("SAMLRequest", "SAMLResponse"),
}


@pytest.mark.parametrize("how", sorted(BAD_REQUESTS))
def test_another_word_ends_no_session(known: Cast, fake: IdentityProvider, how: str) -> None:
    client = browser()
    fake.sign_in(client)
    answer = _ended(client, BAD_REQUESTS[how](fake))
    assert answer.status_code == 400
    assert "does not count" in answer.content.decode()
    assert _is_in(client)


def test_what_a_sign_on_says_in_an_address_is_not_in_the_log(fake: IdentityProvider) -> None:
    for path in ("saml/ended/", "back/"):
        query = fake.signed_query(fake.logout_request())
        line = hide_keys(
            None, "info", {"request": f"GET /signin/sign-on/{path}?{query}", "event": "request_started", "code": 302}
        )
        assert line == {"request": f"GET /signin/sign-on/{path}?(words)", "event": "request_started", "code": 302}


def test_without_an_address_to_answer_to_no_session_ends(known: Cast, fake: IdentityProvider, settings: Settings) -> None:
    settings.SAML_SLO_URL = ""
    client = browser()
    fake.sign_in(client)
    assert _ended(client, fake.signed_query(fake.logout_request())).status_code == 400
    assert _is_in(client)


# ---------------------------------------------------------------- how it is configured


def _by_metadata(settings: Settings, **where: str) -> None:
    settings.SAML_IDP_ENTITY_ID = settings.SAML_SSO_URL = settings.SAML_CERTIFICATE = settings.SAML_SLO_URL = ""
    for name, value in where.items():
        setattr(settings, name, value)
    cache.clear()


def test_the_providers_metadata_says_where_it_is_and_by_which_key_it_signs(
    known: Cast, fake: IdentityProvider, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "metadata.xml"
    file.write_text(fake.metadata(sso="https://elsewhere.example/sso"))
    _by_metadata(settings, SAML_METADATA_FILE=str(file))
    client = browser()
    start = client.get("/signin/sign-on/")
    assert start["Location"].startswith("https://elsewhere.example/sso?")
    assert fake.sign_in(client, start=start).status_code == 302
    assert fake.sign_in(browser(), make=lambda idp: idp.response(Signer().sign(idp.assertion()))).status_code == 403


@pytest.mark.parametrize("text", ["", "nonsense", "<a/>", '<!DOCTYPE a [<!ENTITY b "c">]><a/>'])
def test_a_provider_that_does_not_answer_is_told(cast: Cast, settings: Settings, tmp_path: Path, text: str) -> None:
    file = tmp_path / "metadata.xml"
    file.write_text(text)
    for where in (
        {"SAML_METADATA_FILE": str(file)},
        {"SAML_METADATA_FILE": "", "SAML_METADATA_URL": "http://127.0.0.1:1/metadata"},
    ):
        _by_metadata(settings, **where)
        for path in ("/signin/sign-on/", f"{HERE}/metadata/", f"{HERE}/back/finish/", f"{HERE}/ended/"):
            answer = browser().get(path)
            assert answer.status_code == 503, path
            assert "does not answer" in answer.content.decode()


def test_our_metadata_says_what_to_register(cast: Cast, settings: Settings) -> None:
    def read() -> Any:
        return etree.fromstring(browser().get(f"{HERE}/metadata/").content)

    ours, spaces = read(), {"md": Names.NS_MD}
    assert ours.get("entityID") == saml.OURS
    assert ours.get("validUntil") is None  # whoever keeps it in a file can go on
    service = ours.find("md:SPSSODescriptor", spaces)
    assert service.get("WantAssertionsSigned") == "true"
    assert service.find("md:AssertionConsumerService", spaces).get("Location") == f"{HERE}/back/"
    assert service.find("md:SingleLogoutService", spaces).get("Location") == f"{HERE}/ended/"
    settings.SAML_ENTITY_ID = "urn:coding"
    assert read().get("entityID") == "urn:coding"


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"SAML_CERTIFICATE": ""}, ["staff.E016"]),
        ({"SAML_METADATA_URL": "https://a.example/m", "SAML_METADATA_FILE": "/m.xml"}, ["staff.E016"]),
        ({"SAML_METADATA_URL": "http://a.example/m"}, ["staff.E017"]),
        ({"SAML_SSO_URL": "http://a.example/m"}, ["staff.E017"]),
        ({"SAML_METADATA_FILE": "/nowhere/m.xml"}, ["staff.E018"]),
        ({"SAML_ROLES": {"g": ["MAIN:king"]}}, ["staff.E012"]),
        ({"SAML_ADMIT": True}, ["staff.E013"]),
        ({"OIDC_ISSUER": "https://signon.example"}, ["staff.E015"]),
    ],
)
def test_a_half_configured_sign_on_does_not_pass_the_checks(
    settings: Settings, changed: dict[str, Any], codes: list[str]
) -> None:
    settings.PLAIN_HTTP = False
    for name, value in changed.items():
        setattr(settings, name, value)
    assert [error.id for error in checks.check_sign_on(None)] == codes


def test_two_sign_ons_at_once_do_not_start(settings: Settings) -> None:
    settings.OIDC_ISSUER = "https://signon.example"
    with pytest.raises(ImproperlyConfigured, match="there is one sign-on"):
        extra.require()
    assert not extra.mounted()


# ---------------------------------------------------------------- with and without the extra

_WITHOUT = "import sys; sys.modules['onelogin'] = sys.modules['xmlsec'] = None"
_MISMATCHED = """
import importlib
usual = importlib.import_module
def fails(name, *rest, **more):
    if name == "onelogin.saml2.auth":
        raise RuntimeError("lxml & xmlsec libxml2 library version mismatch")
    return usual(name, *rest, **more)
importlib.import_module = fails
"""
_CHECK = """
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check"])
"""
_START = """
from coding_workflow.wsgi import application
from django.urls import NoReverseMatch, reverse
try:
    print(reverse("saml_metadata", args=["saml"]))
except NoReverseMatch:
    print("not mounted")
"""
_ASKED = {"SAML_METADATA_URL": "https://idp.example/metadata"}


def _run(*programs: str, **environment: str) -> subprocess.CompletedProcess[str]:
    left = {name: value for name, value in os.environ.items() if not name.startswith(("SAML_", "OIDC_"))}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "\n".join(programs)],
        cwd=CHECKOUT, env={**left, **environment, "DJANGO_SETTINGS_MODULE": "coding_workflow.settings"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_nothing_of_it_is_there_without_its_variables_and_all_with_them() -> None:
    assert _run(_WITHOUT, _START).stdout == "not mounted\n"
    assert _run(_START, **_ASKED).stdout == "/signin/sign-on/saml/metadata/\n"


@pytest.mark.slow
@pytest.mark.parametrize(("how", "sentence"), [(_WITHOUT, extra.MISSING), (_MISMATCHED, extra.MISMATCH)], ids=["none", "mixed"])
def test_without_libraries_that_work_it_does_not_start_and_says_what_to_install(how: str, sentence: str) -> None:
    checked = _run(how, _CHECK, **_ASKED)
    assert checked.returncode == 1
    assert f"(staff.E014) {sentence}" in checked.stderr
    assert "Traceback" not in checked.stderr
    assert "pip install" in sentence
    assert f"ImproperlyConfigured: {sentence}" in _run(how, _START, **_ASKED).stderr
