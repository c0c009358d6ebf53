"""A rule from nothing to being in force, by the keyboard and by two people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from coding_workflow.guidelines.models import RuleVersion
from coding_workflow.guidelines.selectors import ruleset_for
from coding_workflow.staff.models import Role, RoleGrant, User
from tests.cast import Cast
from tests.security.browser import signed_in

from .serving import served, session_cookie
from .watching import grave_findings, scrolls_sideways, watched_context


@dataclass
class Lab:
    """The served application, and a browser for each person."""

    address: str
    browser: Browser
    cookies: dict[str, dict[str, str]]
    complaints: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def page(self, name: str) -> Page:
        """A browser in which the person has signed in."""
        context = watched_context(self.browser, self.complaints)
        context.add_cookies([self.cookies[name]])  # type: ignore[list-item]
        self.pages.append(context.new_page())
        return self.pages[-1]


@pytest.fixture
def lab(committed_db: str, cast: Cast, settings: Settings, browser: Browser) -> Iterator[Lab]:
    """A hospital with two administrators and no rule of its own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    zoe = User.objects.create(username="zoe", full_name="Zoe", password="!")
    RoleGrant.objects.create(user=zoe, facility=cast.main, role=Role.ADMINISTRATOR)
    with served() as address:
        people = {"ada": cast.ada, "zoe": zoe}
        made = Lab(address, browser, {name: session_cookie(signed_in(person), address) for name, person in people.items()})
        try:
            yield made
        finally:
            for page in made.pages:
                page.context.close()


def _focused(page: Page) -> Any:
    return page.locator(":focus")


def _press(page: Page, name: str) -> None:
    """Reach a button by the keyboard and press it."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def _pick(page: Page, value: str, then: str) -> None:
    """Choose in the select that has the focus; the form grows by what fits and ``then`` is there."""
    _focused(page).select_option(value)
    expect(page.locator(f"#{then}")).to_be_attached()


def test_a_rule_is_written_by_one_and_published_by_another(lab: Lab, cast: Cast) -> None:
    ada = lab.page("ada")
    begin(ada, lab)
    build(ada)
    prove(ada)
    assert grave_findings(ada) == []
    assert not scrolls_sideways(ada)
    page_url = save(ada)
    publish(lab.page("zoe"), page_url)
    assert RuleVersion.objects.get().state == "active"
    assert ruleset_for(cast.main).rule("lab.stent_without_note").condition == 3
    assert lab.complaints == []


def begin(page: Page, lab: Lab) -> None:
    """Ada begins a rule."""
    page.goto(f"{lab.address}/rules/")
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Title").fill("Stent without the procedure note")
    page.get_by_label("Key (optional)").fill("stent_without_note")
    page.get_by_label("Condition of release").select_option("3")
    page.get_by_label("Why this rule").fill("The cardiologists dictate late.")
    page.get_by_role("button", name="Go on to the editor").click()
    expect(page.locator("h1")).to_have_text("Edit the draft")


def build(page: Page) -> None:
    """Two conditions by the keyboard; the sentence follows, and the focus goes to what comes next."""
    said = page.get_by_test_id("sentence")
    _press(page, "Condition in the rule")
    expect(page.locator("#when-0-about")).to_be_focused()
    _pick(page, "count:procedures", "when-0-how")
    _press(page, "whose … in condition 1")
    expect(page.locator("#when-0-t0-about")).to_be_focused()
    _pick(page, "code", "when-0-t0-value")
    page.locator("#when-0-t0-value").focus()
    page.keyboard.type("0270, 0271")
    expect(said).to_have_text("Hold when any procedure is under 0270 or 0271.")
    _press(page, "Condition in the rule")
    expect(page.locator("#when-1-about")).to_be_focused()
    _pick(page, "count:documents", "when-1-how")
    page.locator("#when-1-how").select_option("no")
    expect(said).to_contain_text("there is no document")
    _press(page, "whose … in condition 2")
    expect(page.locator("#when-1-t0-about")).to_be_focused()
    _pick(page, "type", "when-1-t0-value")
    page.get_by_label("procedure note", exact=True).check()
    expect(said).to_contain_text("and no document is of type procedure note.")
    page.get_by_label("Message").fill("The procedure note of {codes} is not there.")
    page.get_by_label("Reference").fill("Department guideline 12")
    expect(page.get_by_test_id("todo")).to_contain_text("There is no test in which the rule speaks.")
    page.reload()
    expect(page.get_by_label("Message")).to_have_value("The procedure note of {codes} is not there.")


def prove(page: Page) -> None:
    """One test in which it speaks, one in which it is silent."""
    for example, name, expected in (("Inpatient", "stent, no note", "fires"), ("Outpatient", "hernia", "silent")):
        _press(page, f"{example} example")
        expect(page.locator("#test-facts")).to_have_value(re.compile("patient_class"))
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("The rule must").select_option(expected)
        _press(page, "Add the test")
        expect(page.locator("#proofs")).to_contain_text(name)
    expect(page.locator("#proofs")).to_contain_text("Passes. It was silent, as it must.")
    expect(page.locator("#said")).to_contain_text("Ready to publish")


def save(page: Page) -> str:
    """Ada saves; she may not publish what she wrote, and reads who can."""
    page.get_by_label("Why this change").fill("The cardiologists dictate late.")
    _press(page, "Save the draft")
    expect(page.get_by_test_id("state")).to_have_text("Draft")
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    expect(page.locator("#publish")).to_contain_text("another administrator publishes it. Zoe can.")
    assert grave_findings(page) == []
    return page.url


def publish(page: Page, url: str) -> None:
    """Zoe reads it and puts it into force."""
    page.goto(url)
    page.locator("#publish summary").focus()
    page.keyboard.press("Enter")
    page.locator("#reason-publish").fill("Read and agreed.")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_test_id("state")).to_have_text("Active")
    expect(page.locator(".timeline")).to_contain_text("Version 1 published · Zoe: Read and agreed.")
