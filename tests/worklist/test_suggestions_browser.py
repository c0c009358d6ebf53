"""Suggestions in chromium: to the passage and back, accepted and dismissed, with keys, with the mouse and without scripts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from coding_workflow.outbox.services import drain
from tests.security.browser import signed_in
from tests.tables import publish, trusting

from .browser import CHROMIUM, FLAGS, served, session_cookie
from .desk import on_desk
from .test_browser import LOOKS, SHOTS, _serious
from .test_workspace_browser import Desk, _codes, pytestmark  # noqa: F401 - these tests are marked as those are


@pytest.fixture
def desk(committed_coded_db, hospital) -> Iterator[Desk]:
    publish(hospital, replace(trusting(), suggestions_for=("inpatient",)))
    account = on_desk(hospital, coder=hospital.ana)
    drain()
    client = signed_in(hospital.ana)
    with served() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield Desk(address, account, session_cookie(client, address), browser)
        browser.close()


def _line(page: Page, code: str) -> Locator:
    return page.get_by_test_id("suggestion").filter(has=page.locator(".code", has_text=code))


def _history(page: Page, *sentences: str) -> None:
    """The account's history tells what was done; of a passage that was looked at it says no more."""
    page.get_by_role("link", name="History", exact=True).click()
    for each in sentences:
        expect(page.get_by_text(each)).to_be_visible()


def test_a_suggestion_is_looked_at_accepted_and_another_dismissed_by_keys(desk):
    page = desk.open()
    fold = page.locator("#suggested > summary")
    expect(_line(page, "I10")).not_to_be_visible()
    fold.focus()
    page.keyboard.press("Enter")
    page.locator("#documents a", has_text="History and physical").click()
    expect(page.locator("#text")).to_contain_text("Admit to inpatient.")
    passage = _line(page, "I10").get_by_role("link")
    passage.focus()
    page.keyboard.press("Enter")
    mark = page.locator("#text mark.offered a", has_text="Hypertension")
    expect(mark).to_be_focused()
    expect(_line(page, "I10")).to_contain_text("looked at")
    _line(page, "I10").get_by_role("button", name="Accept I10").focus()
    page.keyboard.press("Enter")
    expect(_codes(page)).to_have_text(["I10"])
    expect(_line(page, "I10")).to_have_count(0)
    # The list stays unfolded, and what is accepted is evidence now.
    expect(_line(page, "E11.9")).to_be_visible()
    expect(page.locator("#text mark:not(.offered) a", has_text="Hypertension")).to_be_visible()
    _line(page, "E11.9").get_by_role("button", name="Dismiss E11.9").click()
    expect(_line(page, "E11.9")).to_have_count(0)
    expect(_codes(page)).to_have_text(["I10"])
    _history(page, "Suggestion accepted: I10", "Suggestion dismissed: E119")
    assert desk.complaints == []


def test_it_works_without_scripts(desk):
    page = desk.open(scripts=False)
    page.locator("#suggested > summary").click()
    _line(page, "I10").get_by_role("link").click()
    expect(_line(page, "I10")).to_contain_text("looked at")
    _line(page, "I10").get_by_role("button", name="Accept I10").click()
    expect(_codes(page)).to_have_text(["I10"])
    page.locator("#suggested > summary").click()
    _line(page, "E11.9").get_by_role("button", name="Dismiss E11.9").click()
    expect(_line(page, "E11.9")).to_have_count(0)
    _history(page, "Suggestion accepted: I10", "Suggestion dismissed: E119")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_list_fits_and_axe_finds_nothing_serious(desk, size, scheme):
    page = desk.open(size=size, scheme=scheme)
    page.locator("#suggested > summary").click()
    page.locator("#suggested").scroll_into_view_if_needed()
    assert page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight"
    )
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"suggestions-{size[0]}-{scheme}.png")
    assert _serious(page) == []
