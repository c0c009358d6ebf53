"""Sign-on by SAML in chromium: the identity provider is another site, whose form brings none of our cookies."""

import base64

import pytest
from allauth.socialaccount.providers import registry
from django.http import HttpResponseRedirect
from playwright.sync_api import Browser, Route, expect
from pytest_django import Settings

from coding_workflow.staff.saml.provider import SamlProvider
from coding_workflow.staff.services.sign_on import connect
from tests.cast import Cast
from tests.staff import saml

from .serving import served
from .watching import watched_context

SSO = "http://idp.example/sso"

pytestmark = pytest.mark.urls("tests.staff.saml_urls")


def _form(idp: saml.IdentityProvider, route: Route, here: str) -> None:
    """What the provider shows when the person has proved there who they are."""
    idp.read(HttpResponseRedirect(route.request.url))
    assertion = idp.signer.sign(idp.assertion(audience=f"{here}/metadata/", recipient=f"{here}/back/"))
    message = base64.b64encode(idp.response(assertion, destination=f"{here}/back/").encode()).decode()
    page = (
        f'<!doctype html><html lang="en"><title>Provider</title><form method="post" action="{here}/back/">'
        f'<input type="hidden" name="SAMLResponse" value="{message}"><button>Continue</button></form>'
    )
    route.fulfill(content_type="text/html", body=page)


def test_the_button_leads_there_and_back(committed_db: str, cast: Cast, settings: Settings, browser: Browser) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    registry.register(SamlProvider)
    idp, complaints = saml.IdentityProvider(), list[str]()
    settings.SAML, settings.SAML_IDP_ENTITY_ID, settings.SAML_SSO_URL = True, saml.ENTITY, SSO
    settings.SAML_CERTIFICATE = idp.signer.certificate
    connect(by=None, person=cast.ana, subject="s-ana")
    with served() as address, watched_context(browser, complaints, base_url=address) as context:
        here, page = f"{address}/signin/sign-on/saml", context.new_page()
        context.route(f"{SSO}*", lambda route: _form(idp, route, here))
        page.goto("/staff/me/")
        page.get_by_role("link", name="Sign in with").click()
        page.get_by_role("button", name="Continue").click()
        expect(page).to_have_url(f"{address}/staff/me/")
    assert complaints == []
