"""The account page by keys alone, from My work to the next account, ten times; no mouse call stands in this file."""

import os

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, Event
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import DiagnosisRole
from coding_workflow.staff.services import keep_keys
from tests.tables import trust_downstream

from .browser import CHROMIUM
from .desk import on_desk
from .test_browser import _serious as _grave

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
#: Pointers that did something; and every shift of the layout outside the gate, whose findings come and go.
_WATCH = """
globalThis.pointers = 0;
globalThis.shifts = [];
addEventListener("pointerdown", () => (pointers += 1), true);
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) for (const { node } of entry.sources) {
    const part = node?.nodeType === 1 ? node : node?.parentElement;
    if (part && !part.closest("#gate")) shifts.push(`${entry.value} ${part.outerHTML.slice(0, 80)}`);
  }
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


@pytest.mark.once
def test_ten_accounts_are_coded_by_keys_alone(windows, hospital):
    trust_downstream(hospital)
    for number in range(TEN):
        on_desk(hospital, f"K{number}")
    page = windows.open(hospital.ana, script=_WATCH)
    keyboard = Keyboard(page)
    keyboard.press("n")
    for _ in range(TEN):
        expect(page.get_by_test_id("holder")).to_contain_text("Yours")
        # Shown by the script that listens to keys.
        expect(page.locator("[data-does=show-keys]")).to_be_visible()
        # Until then Enter would send the form as a page of its own, which takes the focus along.
        page.wait_for_load_state()
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
        keyboard.press("Control+Enter")
        expect(page.locator("#live")).to_contain_text(f"Account {opened} is final coded")
    assert Account.objects.filter(step="final_coded").count() == TEN
    for account in Account.objects.filter(step="final_coded"):
        codes = coding.diagnoses_in_force(account.pk)
        assert [row.code for row in codes if row.role == DiagnosisRole.DIAGNOSIS] == ["I214", "I2510", "I10"]
        assert all(len(row.passages) == 1 for row in codes if row.role == DiagnosisRole.DIAGNOSIS)
    assert Event.objects.filter(kind="coding.poa_set").count() == 3 * TEN
    assert windows.complaints == []


@pytest.mark.once
def test_an_answer_moves_nothing_that_did_not_change(windows, hospital):
    trust_downstream(hospital)
    account = on_desk(hospital, coder=hospital.ana)
    page = windows.open(hospital.ana, f"/account/{account.pk}/", script=_WATCH)
    keyboard = Keyboard(page)
    keyboard.press("d")
    for code, _ in CODES:
        keyboard.add(code)
    expect(page.get_by_test_id("drg-did")).to_contain_text("POA of I10 blank to Y")
    page.evaluate("document.getElementById('reading').scrollTop = 5; shifts.length = 0")
    first = page.locator("#diagnoses .poa select").first
    first.focus()
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/diagnoses/" in answer.url):
        keyboard.press("u")
    expect(page.get_by_test_id("drg-did")).to_contain_text("POA of I21.4 Y to U")
    expect(page.locator("#diagnoses .poa select").nth(1)).to_be_focused()
    page.evaluate("htmx.trigger('#watch', 'look')")
    page.wait_for_timeout(700)
    assert page.evaluate("shifts") == []
    assert windows.complaints == []


@pytest.mark.once
def test_single_letters_are_letters_when_they_are_switched_off(windows, hospital):
    account = on_desk(hospital, coder=hospital.ana)
    page = windows.open(hospital.ana, f"/account/{account.pk}/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys-list")).to_contain_text("Finalize and get next")
    page.locator("#keys-single").focus()
    with page.expect_response(lambda answer: answer.url.endswith("/keys/") and answer.status == 204):
        page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    expect(page.locator("#add-dx")).not_to_be_focused()
    # Kept for the person: another browser of hers knows it. Keys with Ctrl stay.
    other = windows.open(hospital.ana, f"/account/{account.pk}/")
    other.keyboard.press("d")
    expect(other.locator("#add-dx")).not_to_be_focused()
    other.keyboard.press("Control+k")
    expect(other.locator("#palette input[type=text]")).to_be_focused()


@pytest.mark.once
def test_a_persons_own_keys_act_are_listed_and_stand_beside_buttons(windows, hospital):
    account = on_desk(hospital, coder=hospital.ana)
    keep_keys(person=hospital.ana, chosen={"add-diagnosis": "x", "find": "F8", "see-gate": "", "palette": "Ctrl+m"})
    page = windows.open(hospital.ana, f"/account/{account.pk}/")
    page.keyboard.press("d")
    expect(page.locator("#add-dx")).not_to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#add-dx")).to_be_focused()
    # A key that types nothing acts from a field as well.
    page.keyboard.press("F8")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.press("Control+m")
    expect(page.locator("#palette input[name=words]")).to_be_focused()
    page.keyboard.type("gate")
    # What has no key is still an action.
    expect(page.locator("#palette [data-actions] button")).to_have_text("Gate")
    page.keyboard.press("Escape")
    page.locator("body").focus()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    listed = page.locator("#keys-list").inner_text()
    assert "x\nAdd a diagnosis" in listed and "F8\nFind on this page" in listed and "\nGate" not in listed
    assert windows.complaints == []


@pytest.mark.once
def test_the_palette_goes_to_an_account_by_its_number(windows, hospital):
    here, there = on_desk(hospital, "AB-1", coder=hospital.ana), on_desk(hospital, "AB-2")
    page = windows.open(hospital.ana, f"/account/{here.pk}/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("Control+k")
    expect(page.locator("#palette input[name=words]")).to_be_focused()
    page.keyboard.type("ab-2")
    # Others may still stand beside it; what was typed in full is meant.
    expect(page.locator('#palette-accounts a[data-number="AB-2"]')).to_be_visible()
    assert _grave(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/account/{there.pk}/")
    assert not [url for url in asked if "ab-2" in url.lower()]
    # An action of the page, by its words.
    page.keyboard.press("Control+k")
    page.keyboard.type("take this")
    expect(page.locator("#palette [data-actions] button")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("holder")).to_contain_text("Yours")
    assert windows.complaints == []
