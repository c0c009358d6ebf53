"""How a sign-on by SAML 2.0 ends what it began."""

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from pytest_django import Settings

from coding_workflow.settings.logs import hide_keys
from tests.cast import Cast
from tests.staff import saml
from tests.staff.arriving import is_in, outcomes
from tests.staff.saml import HERE, IdentityProvider, Signer, browser

# The database's make and version have no say in assertions.
pytestmark = [pytest.mark.once, pytest.mark.urls("tests.staff.saml_urls")]


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
    assert [is_in(client) for client in clients] == [False, False]
    assert is_in(other)
    assert "ended_there" in outcomes()
    fake.sign_in(clients[0])
    # The same request again ends nothing more.
    assert _ended(browser(), query).status_code == 302
    assert is_in(clients[0])
    assert _ended(browser(), fake.signed_query(fake.logout_request("s-nobody"))).status_code == 302


def test_the_browser_that_brings_it_is_out_even_if_its_name_is_not_the_subject(
    known: Cast, fake: IdentityProvider, settings: Settings
) -> None:
    settings.SAML_SUBJECT_ATTRIBUTE = "employeeNumber"
    client = browser()
    fake.sign_in(client, "t-1", {"employeeNumber": ["s-ana"]})
    assert is_in(client)
    _ended(client, fake.signed_query(fake.logout_request("t-1")))
    assert not is_in(client)


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
    assert is_in(client)


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
    assert is_in(client)
