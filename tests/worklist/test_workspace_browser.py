"""The account page in chromium: a passage selected by hand, codes by keys, no page scroll, and no scripts at all."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.security.browser import signed_in
from tests.tables import trust_downstream

from .browser import CHROMIUM, FLAGS, served, session_cookie
from .desk import on_desk
from .test_browser import LOOKS, SHOTS, _serious

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("REQUIRE_BROWSER") != "1",
        reason="chromium is not installed (apt-get install chromium)",
    ),
]
#: Select words in the open document, as a hand does with the mouse.
_SELECT = """(words) => {
    const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
    let node; while ((node = walker.nextNode()) && !node.data.includes(words));
    const range = document.createRange(), at = node.data.indexOf(words);
    range.setStart(node, at); range.setEnd(node, at + words.length);
    getSelection().removeAllRanges(); getSelection().addRange(range);
}"""


class Desk:
    """Ana's account, served; and what the browser complained about."""

    def __init__(self, address: str, account, cookie: dict[str, str], browser: Browser) -> None:
        self.address, self.account, self.cookie, self.browser = address, account, cookie, browser
        self.complaints: list[str] = []

    def open(self, *, size=(1366, 768), scheme="light", scripts=True) -> Page:
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, java_script_enabled=scripts
        )
        context.add_cookies([self.cookie])
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.address}/account/{self.account.pk}/")
        return page


def _codes(page: Page, role: str = "diagnosis") -> Locator:
    """The codes of a list, as they stand on the screen."""
    return page.locator(f"ol[data-role={role}] .code-row .code")


@pytest.fixture
def desk(committed_coded_db, hospital) -> Iterator[Desk]:
    trust_downstream(hospital)
    account = on_desk(hospital, coder=hospital.ana)
    client = signed_in(hospital.ana)
    with served() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield Desk(address, account, session_cookie(client, address), browser)
        browser.close()


def _add(page: Page, words: str, code: str) -> None:
    page.locator("#add-dx").press_sequentially(words, delay=10)
    page.locator(f"#dx-results button[value='{code}']").click()
    page.locator("#diagnoses .code-row .code", has_text=code[:3]).first.wait_for()


def test_a_coder_works_by_mouse_and_keys(desk):
    page = desk.open()
    _add(page, "essential hypertension", "I10")
    _add(page, "I21.4", "I214")
    # The new code's POA is next; its letter goes back to adding.
    cell = page.locator("#diagnoses li", has_text="I21.4").locator(".poa select")
    expect(cell).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(_codes(page)).to_have_text(["I21.4", "I10"])
    expect(cell).to_be_focused()
    page.keyboard.press("y")
    expect(page.locator("#diagnoses li", has_text="I10").locator(".poa select")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#add-dx")).to_be_focused()
    expect(page.locator("#diagnoses .poa option[selected]")).to_have_text(["Y", "N"])
    # After an emoji, which is two of JavaScript's characters and one code point.
    page.evaluate(_SELECT, "in good condition")
    page.locator("#link-code").select_option(index=1)
    page.get_by_role("button", name="Link", exact=True).click()
    # The server cuts the mark by the positions that it was sent.
    expect(page.locator("#text mark")).to_have_text(["in good condition"])
    # The form did not change, so nothing of it was replaced; it is empty for the next passage.
    expect(page.get_by_role("button", name="Link", exact=True)).to_be_focused()
    expect(page.locator("#quote")).to_have_value("")
    assert desk.complaints == []


def test_a_refusal_appears_at_its_place_and_typed_words_stay(desk):
    page = desk.open()
    page.locator("#quote").fill("never said")
    page.get_by_role("button", name="Link", exact=True).click()
    page.locator("#said-link", has_text="do not stand in the open document").wait_for()
    assert page.locator("#quote").input_value() == "never said"
    page.locator("#quote").press("End")
    expect(page.locator("#said-link")).to_contain_text("do not stand")
    page.locator("#quote").press_sequentially("?")
    expect(page.locator("#said-link")).to_be_empty()
    page.locator("#quote").fill("never said")
    page.keyboard.press("Control+Enter")
    page.locator("#said-foot", has_text="Not finalized").wait_for()
    expect(page.locator("#quote")).to_have_value("never said")
    _add(page, "essential hypertension", "I10")
    expect(page.locator("#quote")).to_have_value("never said")
    assert page.locator("#add-dx").input_value() == ""


def test_a_code_is_dragged_to_another_place(desk):
    page = desk.open()
    for words, code in (("I10", "I10"), ("E11.9", "E119"), ("I25.10", "I2510")):
        _add(page, words, code)
    rows = page.locator("#diagnoses ol[data-role=diagnosis] .code-row")
    with page.expect_response(lambda answer: answer.url.endswith("/diagnoses/order/")):
        rows.nth(2).drag_to(rows.nth(0), source_position={"x": 8, "y": 8}, target_position={"x": 8, "y": 4})
    page.reload()
    expect(_codes(page)).to_have_text(["I25.10", "I10", "E11.9"])
    assert desk.complaints == []


@pytest.mark.once
def test_three_panes_fit_the_screen_and_axe_finds_nothing_serious(desk):
    for size, scheme in LOOKS:
        page = desk.open(size=size, scheme=scheme)
        if size == (1366, 768) and scheme == "light":
            _add(page, "essential hypertension", "I10")
        fits = "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
        assert page.evaluate(fits), f"the page scrolls at {size}"
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"account-{size[0]}-{scheme}.png")
        assert _serious(page) == []
        page.context.close()
    page = desk.open(size=(700, 900))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert desk.complaints == []


def test_without_scripts_an_account_is_coded_completely(desk):
    page = desk.open(scripts=False)
    passages = {"I21.4": "NSTEMI", "I25.10": "Coronary artery disease of native vessel", "I10": "Hypertension"}
    for code, quote in passages.items():
        page.locator("#add-dx").fill(code)
        page.locator("#add-diagnosis select[name=poa]").select_option("Y")
        page.locator("#add-diagnosis button[value=add]").click()
        page.locator("#quote").fill(quote)
        page.locator("#link-code").select_option(label=page.locator("#link-code option", has_text=code).first.inner_text())
        page.get_by_role("button", name="Link", exact=True).click()
    page.locator("#add-dx").fill("chest pain")
    page.locator("#add-diagnosis select[name=role]").select_option("admitting")
    page.locator("#add-diagnosis button[value=add]").click()
    page.locator("#dx-results button[value='R079']").click()
    form = page.locator("#abstract-form")
    form.locator("[name=patient_class]").select_option("inpatient")
    form.locator("[name=admit_date]").fill("2026-09-01")
    form.locator("[name=discharge_date]").fill("2026-09-04")
    form.locator("[name=discharge_status]").fill("01")
    form.locator("[name=source]").select_option(index=1)
    form.get_by_role("button", name="Record it").click()
    page.get_by_role("button", name="Finalize", exact=True).click()
    assert page.get_by_test_id("step").inner_text() == "Final coded"
    assert "Checking" in page.get_by_test_id("checking").inner_text()
    expect(_codes(page)).to_have_text(["I21.4", "I25.10", "I10"])
    expect(_codes(page, "admitting")).to_have_text(["R07.9"])
