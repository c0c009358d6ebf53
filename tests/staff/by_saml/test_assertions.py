"""Which assertions count, and that no other lets anybody in."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from allauth.socialaccount.internal import statekit
from django.test import Client
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names

from tests.cast import Cast
from tests.staff import saml
from tests.staff.arriving import is_in, outcomes
from tests.staff.saml import HERE, SPACES, IdentityProvider, Signer, browser, deliver

# The database's make and version have no say in assertions.
pytestmark = [pytest.mark.once, pytest.mark.urls("tests.staff.saml_urls")]


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
    assert not is_in(client)
    assert "signed_in" not in outcomes()
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
    assert not is_in(victim)
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
    assert not is_in(again)


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
