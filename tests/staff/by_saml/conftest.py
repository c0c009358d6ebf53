"""The one identity provider of these tests, as the settings name it."""

import pytest
from allauth.socialaccount.providers import registry
from pytest_django import Settings

from coding_workflow.staff.saml.provider import SamlProvider
from tests.staff import saml
from tests.staff.saml import IdentityProvider


@pytest.fixture(scope="module")
def fake() -> IdentityProvider:
    registry.register(SamlProvider)
    return IdentityProvider()


@pytest.fixture(autouse=True)
def configured(fake: IdentityProvider, settings: Settings) -> None:
    settings.SAML, settings.SAML_IDP_ENTITY_ID = True, saml.ENTITY
    settings.SAML_SSO_URL, settings.SAML_SLO_URL, settings.SAML_CERTIFICATE = saml.SSO, saml.SLO, fake.signer.certificate
    settings.SAML_NAME = "Springfield Health"
