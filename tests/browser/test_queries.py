"""A query as people meet it: selected in the record, stopped by the linter, sent, answered on a phone, back with its coder."""

import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings

from accounts.models import Account
from coding_workflow.coding.models import ProviderQuery
from tests.cast import Cast
from tests.coding.queries.desk import NPI_END, OPTIONS, PASSAGE, asked_about
from tests.security.browser import signed_in
from worklist.assignment import claim_this
from worklist.services import ensure_queues

from .serving import served, session_cookie
from .watching import grave_findings, scrolls_sideways, watched_context

_SELECT = """(words) => {
    const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
    let node; while ((node = walker.nextNode()) && !node.data.includes(words));
    const range = document.createRange(), at = node.data.indexOf(words);
    range.setStart(node, at); range.setEnd(node, at + words.length);
    getSelection().removeAllRanges(); getSelection().addRange(range);
}"""
#: Where pictures are kept, for whoever wants to look.
SHOTS = os.environ.get("QUERY_SHOTS", "")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@dataclass
class Site:
    """The served hospital with one account, and what browsers complained about."""

    address: str
    account: Account
    cookies: dict[str, Any]
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, who: str = "", **options: Any) -> Page:
        context = watched_context(self.browser, self.complaints, **options)
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        if who:
            context.add_cookies([self.cookies[who]])
        return context.new_page()

    def go(self, page: Page, name: str, *keys: Any) -> None:
        page.goto(self.address + reverse(f"worklist:{name}", args=keys))


@pytest.fixture
def site(committed_coded_db: str, cast: Cast, browser: Browser, settings: Settings) -> Iterator[Site]:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    ensure_queues(cast.main)
    with transaction.atomic():
        account = asked_about(cast)
    claim_this(item_id=account.work.get().pk, user=cast.ana)
    with served() as address:
        cookies = {name: session_cookie(signed_in(getattr(cast, name)), address) for name in ("ana", "cleo")}
        made = Site(address, account, cookies, browser)
        yield made
        # Before the server goes: it waits for connections that a browser keeps open.
        for context in made.contexts:
            context.close()


def _look(page: Page, name: str) -> None:
    """Nothing grave for axe, in light and dark; nothing wider than the window."""
    assert not scrolls_sideways(page), name
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert grave_findings(page) == [], f"{name} {scheme}"
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


def _compose(site: Site, page: Page) -> None:
    """From words selected in the record to a query with everything but good wording."""
    site.go(page, "account", site.account.pk)
    page.evaluate(_SELECT, PASSAGE)
    page.get_by_role("button", name="Query this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draft of a query")
    expect(page.locator("input[name=indicator]")).to_be_checked()
    expect(page.locator(".passage-choice q")).to_contain_text("SpO2 84 % on room air 😀")
    page.get_by_label("Begin with a wording").select_option("breathing")
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_label("Subject")).to_have_value("Condition treated by breathing support")
    page.wait_for_load_state()


def _send(page: Page) -> tuple[str, str]:
    page.get_by_role("button", name="Send to the provider").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("is ready")
    return page.get_by_test_id("link").input_value(), page.get_by_test_id("code").inner_text()


def test_a_leading_question_is_stopped_as_it_is_written_and_a_plain_one_goes_out_and_comes_back(site: Site):
    coder = site.page("ana")
    _compose(site, coder)
    expect(coder.get_by_test_id("lint-ok")).to_be_visible()
    coder.get_by_label("Question", exact=True).fill("Please document acute respiratory failure?")
    blocked = coder.get_by_test_id("lint-block")
    expect(blocked.filter(has_text="Please document")).to_be_visible()
    expect(blocked.filter(has_text="respiratory failure")).to_be_visible()
    _look(coder, "composer")
    # Enter in a field checks, and takes nothing else that a button would do.
    coder.get_by_label("Subject").press("Enter")
    expect(coder.get_by_label("Question", exact=True)).to_have_value("Please document acute respiratory failure?")
    coder.get_by_role("button", name="Send to the provider").click()
    expect(coder.get_by_role("alert")).to_contain_text("Not sent")
    coder.wait_for_load_state()
    site.complaints[:] = [said for said in site.complaints if "422" not in said]
    coder.get_by_label("Question", exact=True).fill("Which condition was treated by the breathing support quoted?")
    expect(coder.get_by_test_id("lint-ok")).to_be_visible()
    link, code = _send(coder)
    _look(coder, "link")
    coder.get_by_role("link", name="See the query").click()
    expect(coder.get_by_test_id("query-status")).to_have_text("Sent")
    _look(coder, "sent")

    phone = site.page(**PHONE)
    phone.goto(link)
    expect(phone.locator("body")).not_to_contain_text("SpO2")
    _look(phone, "who")
    phone.get_by_label("Code that the coding department gave you").fill(code)
    phone.get_by_label("Last four digits of your NPI").fill(NPI_END)
    phone.get_by_role("button", name="Open the question").click()
    expect(phone.locator("blockquote")).to_contain_text("SpO2 84 %")
    _look(phone, "answer")
    phone.get_by_label(OPTIONS[0], exact=True).check()
    phone.get_by_label("Your name, as signature").fill("Wanda Ward MD")
    phone.get_by_role("button", name="Sign and send").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you, your answer has arrived")
    _look(phone, "answered")
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("This link does not work")
    site.complaints[:] = [said for said in site.complaints if "404" not in said]

    site.go(coder, "my_work")
    expect(coder.locator("body")).to_contain_text("Query answered")
    site.go(coder, "account", site.account.pk)
    expect(coder.get_by_test_id("query")).to_contain_text("Addendum awaited")
    if SHOTS:
        coder.screenshot(path=f"{SHOTS}/workspace.png")
    coder.get_by_role("button", name="Take this account").click()
    expect(coder.get_by_test_id("returned")).to_contain_text("Query answered")
    site.go(coder, "query", site.account.pk, ProviderQuery.objects.get().pk)
    expect(coder.get_by_test_id("answer")).to_contain_text(OPTIONS[0])
    _look(coder, "query")

    supervisor = site.page("cleo")
    site.go(supervisor, "queries")
    expect(supervisor.get_by_test_id("figures")).to_contain_text("Agreement100 %")
    _look(supervisor, "overview")
    assert site.complaints == []


def test_without_scripts_the_same_forms_do_it(site: Site):
    page = site.page("ana", java_script_enabled=False)
    site.go(page, "account", site.account.pk)
    page.locator("#quote").fill(PASSAGE)
    page.get_by_role("button", name="Query this").click()
    page.get_by_label("Begin with a wording").select_option("breathing")
    page.get_by_role("button", name="Use it").click()
    page.get_by_label("Question", exact=True).fill("What about the DRG?")
    page.get_by_role("button", name="Check wording").click()
    expect(page.get_by_test_id("lint-block")).to_contain_text("DRG")
    page.get_by_label("Question", exact=True).fill("Which condition was treated?")
    link, code = _send(page)

    phone = site.page(java_script_enabled=False, **PHONE)
    phone.goto(link)
    phone.get_by_label("Code that the coding department gave you").fill(code)
    phone.get_by_label("Last four digits of your NPI").fill("0000")
    phone.get_by_role("button", name="Open the question").click()
    expect(phone.get_by_role("alert")).to_contain_text("4 tries are left")
    phone.get_by_label("Code that the coding department gave you").fill(code)
    phone.get_by_label("Last four digits of your NPI").fill(NPI_END)
    phone.get_by_role("button", name="Open the question").click()
    phone.get_by_label("Unable to determine").check()
    phone.get_by_label("Your name, as signature").fill("Wanda Ward MD")
    phone.get_by_role("button", name="Sign and send").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you, your answer has arrived")
    assert ProviderQuery.objects.get().outcome == "undetermined"


def test_q_opens_the_composer(site: Site):
    page = site.page("ana")
    site.go(page, "account", site.account.pk)
    page.keyboard.press("q")
    expect(page.get_by_role("heading", level=1)).to_have_text("Query a provider")
    assert site.complaints == []
