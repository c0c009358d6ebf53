"""The pages in chromium: no console error, no policy violation, nothing serious for axe, keys and filters work."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from playwright.sync_api import Page, sync_playwright

from coding_workflow.payment.services import open_discrepancy
from tests.payment import stage
from tests.security.browser import signed_in
from worklist.assignment import claim_next
from worklist.counts import refresh

from .browser import CHROMIUM, FLAGS, served, session_cookie
from .conftest import CODED, advance, hold, make_releasable, open_on, post

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("REQUIRE_BROWSER") != "1",
        reason="chromium is not installed (apt-get install chromium)",
    ),
]

NAMES = [
    ("Okafor", "Ngozi"),
    ("Lindqvist", "Per"),
    ("Alvarez", "Marisol"),
    ("Whitfield", "Dorothea"),
    ("Tran", "Minh"),
    ("Baptiste", "Luc"),
]
#: Pages kept here when the variable names a folder: to be looked at.
SHOTS = os.environ.get("SCREENSHOTS", "")


@dataclass
class Site:
    """The served hospital, cookies of two people, and what the browser complained about."""

    address: str
    cookies: dict[str, dict[str, str]]
    case: int
    complaints: list[str] = field(default_factory=list)


def _fill(hospital, work) -> None:
    """A believable Monday morning."""
    classes = ["inpatient", "emergency", "observation", "outpatient_surgery", "inpatient", "clinic"]
    for number in range(24):
        family, given = NAMES[number % 6]
        patient = hospital.patient(f"P{number}", family_name=family, given_name=given)
        payer = hospital.commercial if number % 3 else hospital.medicare
        made = hospital.account(f"26-{100400 + number * 37}", patient=patient, patient_class=classes[number % 6], payer=payer)
        post(made, 800 + 3777 * number)
        made = advance(made, "discharged", "coding")
        if number % 4 == 1:
            hold(made)
        open_on(made, "coding", hospital.ana if number == 7 else None)
    for number in range(9):
        patient = hospital.patient(f"Q{number}", family_name=NAMES[number % 6][0], given_name=NAMES[number % 6][1])
        coded = hospital.account(f"26-{200400 + number * 37}", patient=patient)
        post(coded, 5200 + 2100 * number)
        if number < 5:
            make_releasable(hospital, coded, warnings=number % 2, coder=hospital.cleo if number == 4 else None)
        else:
            held = advance(coded, *CODED)
            hold(held, 2 + number % 4, ["him", "provider", "coding", "patient_access"][number % 4], f"reason.{number}")
    claim_next(user=hospital.ana)
    claim_next(user=hospital.ana, queue_code="code-inpatient")
    refresh()


@pytest.fixture
def site(committed_db, hospital, work) -> Iterator[Site]:
    """Seeded and served."""
    _fill(hospital, work)
    with transaction.atomic():
        stage.paid(hospital, "26-300001")
        stage.billed(hospital, "26-300002")
        wrong = stage.paid(hospital, "26-300003").account_id
        told = {"source": "audit", "description": "Not supported by the record.", "overpayment": True}
        case = open_discrepancy(account_id=wrong, by=hospital.actor("bill"), **told).pk
    cookies = {name: signed_in(getattr(hospital, name)) for name in ("ana", "cleo", "bill")}
    with served() as address:
        yield Site(address, {name: session_cookie(client, address) for name, client in cookies.items()}, case)


def _open_page(browser, site: Site, who: str, *, size=(1366, 768), scheme="light") -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    context.add_cookies([site.cookies[who]])
    page = context.new_page()
    page.on("console", lambda message: site.complaints.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: site.complaints.append(str(error)))
    return page


def _serious(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - a development package

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in {"serious", "critical"}]


LOOKS = [((1366, 768), "light"), ((1366, 768), "dark"), ((1920, 1080), "light"), ((1920, 1080), "dark")]


def test_keys_filters_and_get_next_work_in_a_browser(site):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = _open_page(browser, site, "ana")
        page.goto(site.address + "/?queue=code-inpatient")
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()
        assert "Get next account" in page.locator("#keys-list").inner_text()
        page.keyboard.press("Escape")
        before = page.locator("#listing tbody tr").count()
        page.locator("#filter-payer").focus()
        page.locator("#filter-payer").select_option("medicare")
        page.wait_for_url("**payer=medicare**")
        page.wait_for_function(f"document.querySelectorAll('#listing tbody tr').length < {before}")
        assert page.evaluate("document.activeElement.id") == "filter-payer"
        page.locator("h1").click()
        page.keyboard.press("n")
        page.wait_for_url("**/account/**")
        browser.close()
    assert site.complaints == []


def test_without_scripts_the_same_controls_are_links_and_forms(site):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = browser.new_context(java_script_enabled=False)
        context.add_cookies([site.cookies["ana"]])
        page = context.new_page()
        page.goto(site.address + "/?queue=code-inpatient")
        page.locator("#filter-payer").select_option("medicare")
        page.get_by_role("button", name="Show").click()
        assert "payer=medicare" in page.url
        page.get_by_role("button", name="Get next N").click()
        assert "/account/" in page.url
        browser.close()


def test_a_refused_form_stays_where_it_is_with_all_that_was_typed(site, tmp_path):
    cut = tmp_path / "september.835"
    cut.write_bytes(b"ISA*00*")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = _open_page(browser, site, "bill")
        page.goto(f"{site.address}/claims/cases/{site.case}/")
        page.get_by_label("Root cause").fill(" ")
        page.get_by_label("What is corrected").fill("The code is removed.")
        page.get_by_label("What keeps it").fill("A second look.")
        page.get_by_role("button", name="Record").click()
        page.wait_for_selector("#root_cause-error")
        assert page.evaluate("document.activeElement.id") == "root_cause"
        assert page.get_by_label("What is corrected").input_value() == "The code is removed."
        page.goto(f"{site.address}/claims/?show=remittances")
        page.locator("#file").set_input_files(cut)
        page.get_by_role("button", name="Post").click()
        assert "september.835 was not posted" in page.locator("#upload-said [role=alert]").inner_text()
        assert page.evaluate("document.getElementById('file').files[0].name") == "september.835"
        browser.close()
    refusals = ("422", "Response Status Error")
    assert [said for said in site.complaints if not any(one in said for one in refusals)] == []
