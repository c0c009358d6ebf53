"""Proposed codes in chromium: seen at once, taken over by one key or one by one, and without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.security.browser import signed_in
from tests.tables import trust_downstream

from .browser import CHROMIUM, FLAGS, served, session_cookie
from .desk import on_desk
from .test_browser import LOOKS, SHOTS, _serious
from .test_proposal import told
from .test_workspace_browser import Desk, _codes, pytestmark  # noqa: F401 - these tests are marked as those are


@pytest.fixture
def desk(committed_coded_db, hospital) -> Iterator[Desk]:
    trust_downstream(hospital)
    account = on_desk(hospital, coder=hospital.ana)
    told(account, hospital)
    client = signed_in(hospital.ana)
    with served() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield Desk(address, account, session_cookie(client, address), browser)
        browser.close()


def _line(page: Page, code: str) -> Locator:
    return page.get_by_test_id("proposed").filter(has=page.locator(".code", has_text=code))


def test_one_key_takes_all_of_it_over(desk):
    page = desk.open()
    expect(page.get_by_test_id("proposal-count")).to_have_text("5 to take over")
    page.keyboard.press("o")
    expect(_codes(page)).to_have_text(["J18.9", "E11.9"])
    expect(page.locator("#procedures .code-row .code")).to_have_text(["0BH17EZ"])
    expect(page.get_by_test_id("proposal-count")).to_have_text("1 to take over")
    expect(page.get_by_text("Z99.99 was left")).to_be_visible()
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_text("Proposed code taken over: J189")).to_be_visible()
    assert desk.complaints == []


def test_one_by_one_by_keys(desk):
    page = desk.open()
    _line(page, "J18.9").get_by_role("button", name="Take over J18.9").focus()
    page.keyboard.press("Enter")
    expect(_codes(page)).to_have_text(["J18.9"])
    expect(_line(page, "J18.9")).to_have_count(0)
    _line(page, "E11.9").get_by_role("button", name="Dismiss E11.9").focus()
    page.keyboard.press("Enter")
    expect(_line(page, "E11.9")).to_have_count(0)
    expect(_codes(page)).to_have_text(["J18.9"])
    assert desk.complaints == []


def test_it_works_without_scripts(desk):
    page = desk.open(scripts=False)
    _line(page, "J18.9").get_by_role("button", name="Take over J18.9").click()
    expect(_codes(page)).to_have_text(["J18.9"])
    page.get_by_role("button", name="Take over all").click()
    expect(_codes(page)).to_have_text(["J18.9", "E11.9"])


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_proposal_fits_and_axe_finds_nothing_serious(desk, size, scheme):
    page = desk.open(size=size, scheme=scheme)
    expect(_line(page, "J18.9")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"proposal-{size[0]}-{scheme}.png")
    assert _serious(page) == []
