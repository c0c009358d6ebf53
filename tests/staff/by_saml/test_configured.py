"""How a sign-on by SAML 2.0 is configured, and what stands without its extra."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from pytest_django import Settings

from coding_workflow.staff import saml as extra
from coding_workflow.staff.sign_on import checks
from tests.cast import Cast
from tests.staff import saml
from tests.staff.saml import HERE, IdentityProvider, Signer, browser

# The database's make and version have no say in assertions.
pytestmark = [pytest.mark.once, pytest.mark.urls("tests.staff.saml_urls")]
CHECKOUT = Path(__file__).parents[3]


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
