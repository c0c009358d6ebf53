"""What is typed survives a closed laptop, a lost session and a late document, in a browser."""

import os

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts.models import Account
from tests.cast import PASSWORD
from tests.tables import trust_downstream
from worklist.models import AccountDraft

from .browser import CHROMIUM
from .desk import document, on_desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("REQUIRE_BROWSER") != "1",
        reason="chromium is not installed (apt-get install chromium)",
    ),
]


@pytest.fixture
def account(windows, hospital) -> Account:
    trust_downstream(hospital)
    return on_desk(hospital, coder=hospital.ana)


def opened(windows, account: Account, person) -> Page:
    return windows.open(person, f"/account/{account.pk}/")


def type_a_hold(page: Page, words: str) -> None:
    """Words in a form that is folded away, by keys."""
    page.locator("#reading").focus()
    page.keyboard.press("h")
    with page.expect_response(lambda answer: answer.url.endswith("/draft/") and answer.status == 204):
        page.keyboard.type(words)


@pytest.mark.once
def test_a_closed_laptop_loses_nothing_and_tells_what_arrived(windows, account, hospital):
    page = opened(windows, account, hospital.ana)
    type_a_hold(page, "Waiting for pathology")
    page.context.close()
    document(account, "pathology_report", "Benign.")
    page = opened(windows, account, hospital.ana)
    expect(page.locator("#hold-form [name=reason]")).to_have_value("Waiting for pathology")
    expect(page.locator("#hold-form [name=reason]")).to_be_visible()
    expect(page.get_by_test_id("kept")).to_contain_text("is back in its place")
    expect(page.get_by_test_id("since")).to_contain_text("Document received: pathology report")
    # Nothing of it is kept by the browser.
    assert "pathology" not in page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    # Sent, it is no draft any more.
    with page.expect_response(lambda answer: answer.url.endswith("/draft/") and answer.status == 204):
        page.locator("#hold-form button").click()
    assert not AccountDraft.objects.exists()


@pytest.mark.once
def test_a_lost_session_comes_back_to_the_same_place(windows, account, hospital):
    page = opened(windows, account, hospital.ana)
    page.locator("#documents a", has_text="History and physical").click()
    expect(page.locator("#text")).to_contain_text("Admit to inpatient")
    type_a_hold(page, "Waiting for pathology")
    Session.objects.all().delete()
    # Everything typed is kept, so the answer may go to sign-in.
    page.locator("#documents a", has_text="Discharge summary").click()
    page.wait_for_url("**/signin/login/**")
    _sign_in(page)
    page.wait_for_url("**/account/**")
    expect(page.locator("#text")).to_contain_text("Admit to inpatient")
    expect(page.locator("#hold-form [name=reason]")).to_have_value("Waiting for pathology")


@pytest.mark.once
def test_words_that_could_not_be_kept_stay_on_the_page_until_one_has_signed_in_beside_it(windows, account, hospital):
    page = opened(windows, account, hospital.ana)
    Session.objects.all().delete()
    page.locator("#quote").fill("typed after the session ended")
    dialog = page.locator("#signed-out")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="I have signed in").click()
    expect(dialog).to_contain_text("You are not signed in yet.")
    with page.expect_popup() as beside:
        dialog.get_by_role("link", name="Sign in in a new tab").click()
    _sign_in(beside.value)
    beside.value.wait_for_url(f"{windows.address}/")
    beside.value.close()
    dialog.get_by_role("button", name="I have signed in").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#quote")).to_have_value("typed after the session ended")
    # The new session's token: what is sent now is taken.
    page.locator("#add-dx").fill("I10")
    page.locator("#add-dx").press("Enter")
    expect(page.locator("#diagnoses .code-row", has_text="I10")).to_be_visible()
    expect(page.locator("#quote")).to_have_value("typed after the session ended")


@pytest.mark.once
def test_a_document_that_arrives_while_coding_is_shown_and_stops_finalizing(windows, account, hospital):
    page = opened(windows, account, hospital.ana)
    page.locator("#add-dx").fill("I10")
    page.locator("#add-dx").press("Enter")
    expect(page.locator("#diagnoses .code-row", has_text="I10")).to_be_visible()
    page.locator("#quote").fill("half a passage")
    document(account, "progress_note", "Sepsis.")
    # The timer's own request, without waiting for the timer.
    page.evaluate("htmx.trigger('#watch', 'look')")
    expect(page.locator("#live")).to_contain_text("Document received: progress note")
    expect(page.locator("#documents li", has_text="Progress note")).to_be_visible()
    page.get_by_role("button", name="Finalize", exact=True).click()
    expect(page.locator("#said-foot")).to_contain_text("Something on the account changed")
    expect(page.locator("#said-foot")).to_contain_text("Document received: progress note")
    expect(page.locator("#documents li", has_text="Progress note").locator(".chip", has_text="New")).to_be_visible()
    expect(page.locator("#quote")).to_have_value("half a passage")


def _sign_in(page: Page) -> None:
    page.locator("[name=login]").fill("ana")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
