"""What a verified assertion must say, and what it says about a person (SAML 2.0 core and profiles, 4.1.4.2).

The library has judged signature, schema, issuer and times, and that there is one assertion. It lets an assertion pass that
names no audience, no recipient, no question and no end; those would be good for anybody who got hold of one.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

_ASSERTION: Final = "/samlp:Response/saml:Assertion"
_BEARER: Final = f"saml:SubjectConfirmation[@Method='{OneLogin_Saml2_Constants.CM_BEARER}']"
_CONFIRMATIONS: Final = f"{_ASSERTION}/saml:Subject/{_BEARER}/saml:SubjectConfirmationData"
_RESTRICTIONS: Final = f"{_ASSERTION}/saml:Conditions/saml:AudienceRestriction"
_PROVEN: Final = f"{_ASSERTION}/saml:AuthnStatement/@AuthnInstant"
_LONGEST_SUBJECT: Final = 191

#: Under which names directories say who somebody is, the most telling first.
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        "displayName",
        "urn:oid:2.16.840.1.113730.3.1.241",
        "http://schemas.microsoft.com/identity/claims/displayname",
    ),
    "given_name": ("givenName", "urn:oid:2.5.4.42", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"),
    "family_name": ("sn", "urn:oid:2.5.4.4", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"),
    "email": (
        "mail",
        "urn:oid:0.9.2342.19200300.100.1.3",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    ),
    "amr": ("http://schemas.microsoft.com/claims/authnmethodsreferences",),
}

#: Parts of the library's sentences, and our word for the log: its sentences repeat what was sent.
_WORDS: Final = (
    ("ignature", "signature"),
    ("not signed", "signature"),
    ("SubjectConfirmation", "confirmation"),
    ("audience", "audience"),
    ("ssuer", "issuer"),
    ("instead of", "destination"),
    ("estination", "destination"),
    ("expired", "time"),
    ("timestamp", "time"),
    ("status code", "status"),
    ("Assertion", "assertion"),
    ("assertion", "assertion"),
    ("xsd", "form"),
)


class BadAssertion(Exception):
    """Why an assertion or a logout request does not count, in our words: what it says is not repeated."""


def claims(auth: OneLogin_Saml2_Auth, *, subject_attribute: str) -> dict[str, Any]:
    """What the assertion says, by the names of OpenID Connect beside its own attributes. Raises BadAssertion."""
    document = auth._last_response  # the very tree that was verified; the public way writes and reads it again
    ours = auth.get_settings().get_sp_data()
    if not _meant_for(document, ours["entityId"]):
        raise BadAssertion("audience")
    said = {name: _one_or_all(values) for name, values in auth.get_attributes().items()}
    contexts = auth.get_last_authn_contexts()
    return {
        **said,
        **{name: _first(said, names) for name, names in _KNOWN.items()},
        "NameID": auth.get_nameid(),
        "sub": _subject(auth, said, subject_attribute),
        "email_verified": True,  # of the hospital's directory
        "acr": contexts[0] if len(contexts) == 1 else None,
        "auth_time": float(OneLogin_Saml2_Utils.parse_SAML_to_time(OneLogin_Saml2_XML.query(document, _PROVEN)[0])),
        "jti": auth.get_last_assertion_id(),
        "exp": _end(document, ours["assertionConsumerService"]["url"], auth.get_last_response_in_response_to()),
    }


def word(reason: str) -> str:
    """Why the library refused, in a word of ours."""
    return next((ours for part, ours in _WORDS if part in reason), "other")


def _meant_for(document: Any, entity: str) -> bool:
    """Every restriction names us, and there is one (core, 2.5.1.4)."""
    found = OneLogin_Saml2_XML.query(document, _RESTRICTIONS)
    named = [[(each.text or "").strip() for each in restriction] for restriction in found]
    return bool(named) and all(entity in audiences for audiences in named)


def _end(document: Any, address: str, question: str | None) -> float:
    """When the confirmation ends that names this address and our question. Raises BadAssertion when none does."""
    for each in OneLogin_Saml2_XML.query(document, _CONFIRMATIONS):
        until = each.get("NotOnOrAfter")
        if not question or not until or each.get("Recipient") != address or each.get("InResponseTo") != question:
            continue
        end = float(OneLogin_Saml2_Utils.parse_SAML_to_time(until))
        if end > time.time():
            return end
    raise BadAssertion("confirmation")


def _subject(auth: OneLogin_Saml2_Auth, said: Mapping[str, Any], attribute: str) -> str:
    if not attribute and auth.get_nameid_format() == OneLogin_Saml2_Constants.NAMEID_TRANSIENT:
        raise BadAssertion("subject that changes")
    subject = said.get(attribute) if attribute else auth.get_nameid()
    if not isinstance(subject, str) or not 0 < len(subject.strip()) <= _LONGEST_SUBJECT:
        raise BadAssertion("subject")
    return subject.strip()


def _first(said: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((said[name] for name in names if name in said), None)


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
