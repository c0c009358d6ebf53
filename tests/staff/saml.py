"""An identity provider of SAML 2.0 in this process: it reads our question and answers with a signed assertion."""

import base64
import datetime
import itertools
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from django.http import HttpResponse
from django.test import Client
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils

ENTITY, OURS = "https://idp.example/saml", "http://testserver/signin/sign-on/saml/metadata/"
HERE = "http://testserver/signin/sign-on/saml"
SSO, SLO = "https://idp.example/sso", "https://idp.example/slo"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
SPACES = {"samlp": Names.NS_SAMLP, "saml": Names.NS_SAML, "ds": Names.NS_DS}
_numbers = itertools.count(1)


def browser() -> Client:
    """A browser; the library reads the Host header, which Django's client leaves out."""
    return Client(HTTP_HOST="testserver")


def instant(seconds: float = 0) -> str:
    """So many seconds from now, as SAML writes it."""
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Signer:
    """A key and its certificate, made now."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @property
    def pem(self) -> str:
        private = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()).decode()

    @property
    def certificate(self) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        dated = made.serial_number(1).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=3650))
        return dated.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, xml: str, algorithm: str = Names.RSA_SHA256) -> str:
        """The message or assertion with an enveloped signature."""
        return _text(Utils.add_sign(xml, self.pem, self.certificate, sign_algorithm=algorithm))


def _text(xml: bytes | str) -> str:
    return xml.decode() if isinstance(xml, bytes) else xml


@dataclass
class IdentityProvider:
    """The fake. Answers are what ``answer`` makes of the question, changed by whoever wants to break in."""

    signer: Signer = field(default_factory=Signer)
    asked: Any = None

    def metadata(self, *, sso: str = SSO) -> str:
        """What it says about itself."""
        certificate = "".join(self.signer.certificate.splitlines()[1:-1])
        return (
            f'<md:EntityDescriptor xmlns:md="{Names.NS_MD}" xmlns:ds="{Names.NS_DS}" entityID="{ENTITY}">'
            f'<md:IDPSSODescriptor protocolSupportEnumeration="{Names.NS_SAMLP}"><md:KeyDescriptor use="signing"><ds:KeyInfo>'
            f"<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            f'<md:SingleSignOnService Binding="{Names.BINDING_HTTP_REDIRECT}" Location="{sso}"/>'
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        )

    def read(self, start: HttpResponse) -> Any:
        """Our question, as the browser brings it."""
        packed = parse_qs(urlsplit(start["Location"]).query)["SAMLRequest"][0]
        self.asked = etree.fromstring(zlib.decompress(base64.b64decode(packed), -15))
        return self.asked

    def assertion(
        self,
        subject: str = "s-ana",
        attributes: Mapping[str, Sequence[str]] | None = None,
        *,
        name_format: str = PERSISTENT,
        audience: str = OURS,
        recipient: str = f"{HERE}/back/",
        question: str | None = None,
        until: float = 300,
        since: float = -60,
        proven: float = -5,
        context: str = PASSWORD,
        number: str = "",
    ) -> str:
        """What it says about a person, not signed. An empty word is left out."""
        said = "".join(
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{escape(value)}</saml:AttributeValue>" for value in values)
            + "</saml:Attribute>"
            for name, values in (attributes or {}).items()
        )
        question = self.asked.get("ID") if question is None else question
        confirmed = {"NotOnOrAfter": instant(until) if until else "", "Recipient": recipient, "InResponseTo": question}
        words = " ".join(f'{name}="{value}"' for name, value in confirmed.items() if value)
        meant = (
            f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>" if audience else ""
        )
        return (
            f'<saml:Assertion xmlns:saml="{Names.NS_SAML}" ID="{number or f"_a{next(_numbers)}"}" Version="2.0" '
            f'IssueInstant="{instant()}"><saml:Issuer>{ENTITY}</saml:Issuer>'
            f'<saml:Subject><saml:NameID Format="{name_format}">{escape(subject)}</saml:NameID>'
            f'<saml:SubjectConfirmation Method="{Names.CM_BEARER}"><saml:SubjectConfirmationData {words}/>'
            "</saml:SubjectConfirmation></saml:Subject>"
            f'<saml:Conditions NotBefore="{instant(since)}" NotOnOrAfter="{instant(until or 300)}">{meant}</saml:Conditions>'
            f'<saml:AuthnStatement AuthnInstant="{instant(proven)}"><saml:AuthnContext><saml:AuthnContextClassRef>{context}'
            "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
            + (f"<saml:AttributeStatement>{said}</saml:AttributeStatement>" if said else "")
            + "</saml:Assertion>"
        )

    def response(
        self,
        assertion: str,
        *,
        destination: str = f"{HERE}/back/",
        question: str | None = None,
        issuer: str = ENTITY,
        status: str = Names.STATUS_SUCCESS,
        message: str = "",
    ) -> str:
        """The message around it."""
        question = self.asked.get("ID") if question is None else question
        words = {"Destination": destination, "InResponseTo": question}
        said = " ".join(f'{name}="{value}"' for name, value in words.items() if value)
        told = f"<samlp:StatusMessage>{message}</samlp:StatusMessage>" if message else ""
        return (
            f'<samlp:Response xmlns:samlp="{Names.NS_SAMLP}" xmlns:saml="{Names.NS_SAML}" ID="_r{next(_numbers)}" Version="2.0" '
            f'IssueInstant="{instant()}" {said}><saml:Issuer>{issuer}</saml:Issuer>'
            f'<samlp:Status><samlp:StatusCode Value="{status}"/>{told}</samlp:Status>{assertion}</samlp:Response>'
        )

    def answer(self, subject: str = "s-ana", attributes: Mapping[str, Sequence[str]] | None = None, **changed: Any) -> str:
        """A response with a signed assertion."""
        return self.response(self.signer.sign(self.assertion(subject, attributes, **changed)))

    def sign_in(
        self,
        client: Client,
        subject: str = "s-ana",
        attributes: Mapping[str, Sequence[str]] | None = None,
        *,
        start: HttpResponse | None = None,
        make: Callable[["IdentityProvider"], str | bytes] | None = None,
        **changed: Any,
    ) -> HttpResponse:
        """From our sign-in page through the provider and back."""
        self.read(start or client.get("/signin/sign-on/"))
        return deliver(client, make(self) if make else self.answer(subject, attributes, **changed))

    def logout_request(
        self,
        subject: str = "s-ana",
        *,
        destination: str = f"{HERE}/ended/",
        issued: float = 0,
        number: str = "",
        issuer: str = ENTITY,
    ) -> str:
        """That somebody's sessions end, packed as an address holds it."""
        words = f'Destination="{destination}"' if destination else ""
        xml = (
            f'<samlp:LogoutRequest xmlns:samlp="{Names.NS_SAMLP}" xmlns:saml="{Names.NS_SAML}" Version="2.0" {words} '
            f'ID="{number or f"_l{next(_numbers)}"}" IssueInstant="{instant(issued)}"><saml:Issuer>{issuer}</saml:Issuer>'
            f"<saml:NameID>{subject}</saml:NameID></samlp:LogoutRequest>"
        )
        return packed(xml)

    def signed_query(self, request: str, *, signer: Signer | None = None, algorithm: str = Names.RSA_SHA256) -> str:
        """The address's query with its signature (SAML bindings, 3.4.4.1)."""
        query = urlencode({"SAMLRequest": request, "RelayState": "there", "SigAlg": algorithm}, quote_via=quote)
        digest = hashes.SHA1() if algorithm == Names.RSA_SHA1 else hashes.SHA256()
        signature = (signer or self.signer).key.sign(query.encode(), padding.PKCS1v15(), digest)
        return f"{query}&{urlencode({'Signature': base64.b64encode(signature).decode()})}"


def packed(xml: str) -> str:
    """Deflated and in base 64."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(squeezer.compress(xml.encode()) + squeezer.flush()).decode()


def post(client: Client, message: str | bytes, **headers: str) -> HttpResponse:
    """The identity provider's form: sent by its page, so without our session's cookie and with no token of ours."""
    poster = Client(enforce_csrf_checks=True, HTTP_HOST="testserver")
    form = {"SAMLResponse": base64.b64encode(message.encode() if isinstance(message, str) else message).decode()}
    sent = {"Sec-Fetch-Site": "cross-site"} | headers
    return _posted(client, poster, form, sent)


def _posted(client: Client, poster: Client, form: dict[str, str], headers: dict[str, str]) -> HttpResponse:
    kind = "application/x-www-form-urlencoded"
    answer = poster.post(f"{HERE}/back/", urlencode(form), content_type=kind, headers=headers)
    client.cookies.update(poster.cookies)
    return answer


def deliver(client: Client, message: str | bytes) -> HttpResponse:
    """Its form, and our second step in the browser that asked."""
    sent = post(client, message)
    return client.get(sent["Location"]) if sent.status_code == 302 else sent
