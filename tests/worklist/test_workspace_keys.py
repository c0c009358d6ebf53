"""The account page by keys alone, from My work to the next account, ten times; no mouse call stands in this file."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.models import Account, Event
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import DiagnosisRole
from tests.security.browser import signed_in
from tests.tables import trust_downstream

from .browser import CHROMIUM, FLAGS, served, session_cookie
from .desk import on_desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("REQUIRE_BROWSER") != "1",
        reason="chromium is not installed (apt-get install chromium)",
    ),
]
#: Code, and the words of the record that support it.
CODES = (("I21.4", "NSTEMI"), ("I25.10", "Coronary artery disease of native vessel"), ("I10", "Hypertension"))
TEN = 10
#: A pointer that did something, and every shift of the layout that no input of the person explains.
_WATCH = """
globalThis.pointers = 0;
globalThis.shifted = 0;
addEventListener("pointerdown", () => (pointers += 1), true);
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


class Keyboard:
    """A person who has a keyboard and eyes, and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        """Type words."""
        self.page.keyboard.type(words)

    def expect_focus(self, selector: str) -> None:
        """See where the focus is."""
        expect(self.page.locator(selector).first).to_be_focused()

    def add(self, code: str) -> None:
        """Type a code, then its POA; the focus comes back to adding."""
        self.expect_focus("#add-dx")
        self.type(code)
        self.press("Enter")
        row = self.page.locator("#diagnoses .code-row", has_text=code)
        expect(row.locator(".poa select")).to_be_focused()
        self.press("y")

    def add_admitting(self, words: str, code: str) -> None:
        """Choose another list, type words, and walk to the code."""
        self.expect_focus("#add-dx")
        self.press("Tab")
        self.type("Ad")
        self.press("Shift+Tab")
        self.type(words)
        choice = self.page.locator(f"#dx-results button[value='{code}']")
        expect(choice).to_be_visible()
        for _ in range(20):
            self.press("ArrowDown")
            if choice.evaluate("choice => choice === document.activeElement"):
                break
        expect(choice).to_be_focused()
        self.press("Enter")
        expect(self.page.locator("ol[data-role=admitting] .code-row")).to_be_visible()
        self.expect_focus("#add-dx")

    def link(self, code: str, words: str) -> None:
        """Find the words, and link them to the first code that has no evidence."""
        self.press("/")
        self.expect_focus("#find")
        self.type(words)
        self.press("Enter")
        self.expect_focus("#reading")
        expect(self.page.locator("#quote")).to_have_value(words)
        self.press("e")
        expect(self.page.locator("#link-bar-codes button:focus")).to_contain_text(code)
        self.press("Enter")
        expect(self.page.locator("#diagnoses .code-row", has_text=code).locator(".passage")).to_contain_text(words)

    def abstract(self) -> None:
        """The claim elements as the record says them."""
        self.press("b")
        self.expect_focus("#abstract-form [name=patient_class]")
        self.type("Inpatient")
        for day in ("09012026", "09042026"):
            self._on_to("[type=date]")
            self.type(day)
        self._on_to("[name=discharge_status]")
        self.type("01")
        self._on_to("[name=source]")
        self.type("Disch")
        self._on_to("button")
        self.press("Enter")
        expect(self.page.locator("#abstract summary")).to_contain_text("Agree")

    def _on_to(self, selector: str) -> None:
        """Tab until another field of the form is reached (a date has parts of its own)."""
        before = self.page.evaluate("document.activeElement.name")
        self.press("Tab")
        for _ in range(4):
            if self.page.evaluate("document.activeElement.name") != before:
                break
            self.press("Tab")
        self.expect_focus(f"#abstract-form {selector}:focus")


@pytest.fixture
def browser(address, monkeypatch) -> Iterator[Browser]:
    # Closed before the server is, which waits for open connections.
    # Playwright's loop runs in this thread, and Django then refuses the database; nothing of ours runs in that loop.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def address(committed_coded_db, hospital) -> Iterator[str]:
    trust_downstream(hospital)
    with served() as where:
        yield where


def open_as(browser: Browser, address: str, person, complaints: list[str]) -> Page:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_cookies([session_cookie(signed_in(person), address)])
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page


@pytest.mark.once
def test_ten_accounts_are_coded_by_keys_alone(browser, address, hospital):
    for number in range(TEN):
        on_desk(hospital, f"K{number}")
    complaints: list[str] = []
    page = open_as(browser, address, hospital.ana, complaints)
    keyboard = Keyboard(page)
    expect(page.locator("[data-does=show-keys]")).to_be_visible()
    keyboard.press("n")
    for number in range(TEN):
        expect(page.get_by_test_id("holder")).to_contain_text("Yours")
        # Shown by the script that listens to keys.
        expect(page.locator("[data-does=show-keys]")).to_be_visible()
        opened = page.locator("h1 .code").inner_text()
        keyboard.press("d")
        for code, _ in CODES:
            keyboard.add(code)
        keyboard.add_admitting("chest pain", "R079")
        keyboard.press("Escape")
        for code, words in CODES:
            keyboard.link(code, words)
        keyboard.abstract()
        assert page.evaluate("pointers") == 0
        assert page.evaluate("shifted") < 0.1, f"the layout moved by itself on account {number}"
        keyboard.press("Control+Enter")
        expect(page.locator("#live")).to_contain_text(f"Account {opened} is final coded")
    assert Account.objects.filter(step="final_coded").count() == TEN
    for account in Account.objects.filter(step="final_coded"):
        codes = coding.diagnoses_in_force(account.pk)
        assert [row.code for row in codes if row.role == DiagnosisRole.DIAGNOSIS] == ["I214", "I2510", "I10"]
        assert all(len(row.passages) == 1 for row in codes if row.role == DiagnosisRole.DIAGNOSIS)
    assert Event.objects.filter(kind="coding.poa_set").count() == 3 * TEN
    assert complaints == []
