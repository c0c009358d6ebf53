"""In chromium: a queue is added, previewed and published, and the work moves; with scripts and without."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.models import WorkItem
from coding_workflow.outbox.services import drain
from tests.security.browser import signed_in
from worklist.assignment import claim_next, put_back
from worklist.counts import refresh
from worklist.supervising import assign, set_next_only

from .browser import CHROMIUM, FLAGS, served, session_cookie
from .conftest import advance, open_on, post, qualify
from .queueing import queue_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("REQUIRE_BROWSER") != "1",
        reason="chromium is not installed (apt-get install chromium)",
    ),
]
SHOTS = os.environ.get("SCREENSHOTS", "")
LOOKS = [((1366, 768), "light"), ((1920, 1080), "dark")]
CLASSES = ["inpatient", "emergency", "observation", "outpatient_surgery", "inpatient", "clinic"]


@dataclass
class Site:
    """The served hospital, a supervisor's cookie, its work, and what the browser complained about."""

    address: str
    cookie: dict[str, str]
    other: dict[str, str]
    facility: int
    items: list[WorkItem]
    complaints: list[str] = field(default_factory=list)

    def page(self, browser: Browser, *, size=(1366, 768), scheme="light", scripts: bool = True, who: str = "cookie") -> Page:
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, color_scheme=scheme, java_script_enabled=scripts)
        context.add_cookies([getattr(self, who)])
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page


@pytest.fixture
def site(committed_db, hospital, work) -> Iterator[Site]:
    """A morning with work of several classes and charges, some of it in hand, put back or given."""
    qualify(hospital.ana, hospital, "emergency")
    items = []
    for number in range(12):
        made = hospital.account(f"26-{100400 + number * 37}", patient_class=CLASSES[number % 6])
        post(made, 800 + 3_777 * number)
        items.append(open_on(advance(made, "discharged", "coding"), "coding"))
    put_back(item_id=claim_next(user=hospital.ana).pk, user=hospital.ana, reason="I know the patient")
    claim_next(user=hospital.ana)
    assign(item_ids=[items[10].pk], to=hospital.ana, by=hospital.cleo, reason="Dee is away this week")
    set_next_only(person=hospital.ben, facility=hospital.main, by=hospital.cleo, reason="Asked for by the lead")
    refresh()
    cookie, other = signed_in(hospital.cleo), signed_in(hospital.ada)
    with served() as address:
        yield Site(address, session_cookie(cookie, address), session_cookie(other, address), hospital.main.pk, items)


def _shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def _add_dear(page: Page, site: Site, *, scripts: bool) -> None:
    page.goto(f"{site.address}/queues/")
    page.get_by_role("link", name="New queue").click()
    page.wait_for_load_state()
    page.locator("#name").fill("Dear stays")
    page.locator("#when-0-about").select_option("field:total_charges")
    if not scripts:
        page.get_by_role("button", name="Show what fits").click()
    page.locator("#when-0-value").wait_for()
    page.locator("#when-0-value").fill("20000")
    if scripts:
        page.get_by_test_id("sentence").get_by_text("at least 20,000").wait_for()
        _shoot(page, "edit-filled")
    page.get_by_role("button", name="Keep in my changes").click()
    page.get_by_role("heading", name="Your changes", exact=True).wait_for()


def _work() -> None:
    """The worker's share, in a thread: the browser keeps this one."""

    def run() -> None:
        try:
            drain()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_queue_is_added_previewed_and_published_and_the_work_moves(site, scripts):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = site.page(browser, scripts=scripts)
        _add_dear(page, site, scripts=scripts)
        assert "New queue Dear stays. Coding: the total of charges is at least 20,000." in page.locator("main").inner_text()
        page.get_by_role("link", name="Preview on today's work").click()
        would_move = int(page.get_by_test_id("moved").inner_text())
        _shoot(page, "preview-filled")
        page.get_by_label("Why", exact=True).fill("Dear stays first")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/proposal/")
        assert page.get_by_role("button", name="Publish").count() == 0
        _shoot(page, "proposal-own")
        other = site.page(browser, scripts=scripts, who="other")
        other.goto(f"{site.address}/queues/{site.facility}/proposal/")
        _shoot(other, "proposal")
        other.get_by_role("button", name="Publish").click()
        other.wait_for_url("**/queues/?at=*")
        _work()
        page.goto(f"{site.address}/queues/")
        assert "Version 2 is in force" in page.locator("main").inner_text()
        _shoot(page, "published")
        browser.close()
    moved = [item for item in site.items if queue_of(item) == "dear-stays"]
    in_hand = WorkItem.objects.filter(leased_to__isnull=False, account__total_charges__gte=20_000).count()
    assert len(moved) == would_move - in_hand > 0
    assert site.complaints == []


def test_a_refused_queue_says_so_with_all_that_was_typed(site):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = site.page(browser)
        page.goto(f"{site.address}/queues/{site.facility}/edit/")
        page.locator("#name").fill("Dear stays")
        page.get_by_role("button", name="Keep in my changes").click()
        page.get_by_role("alert").wait_for()
        assert "Choose what this asks about." in page.locator("#when-0-about-error").inner_text()
        assert page.locator("#name").input_value() == "Dear stays"
        _shoot(page, "edit-refused")
        browser.close()
    assert [said for said in site.complaints if "422" not in said and "Response Status" not in said] == []


@pytest.mark.once
def test_what_is_ticked_is_shown_to_who_can_have_it(site):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = site.page(browser)
        page.goto(f"{site.address}/?queue=code-inpatient")
        for box in page.locator("input.tick").all()[:3]:
            box.check()
        page.get_by_role("button", name="Assign what is ticked").click()
        page.locator("#to").select_option(label="Ana")
        page.get_by_role("button", name="See who can have which").click()
        page.get_by_text("can have").first.wait_for()
        _shoot(page, "assign")
        browser.close()
    assert site.complaints == []
