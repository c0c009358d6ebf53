"""Parts that ask for themselves in chromium: the focus stays where it is, and nothing is taken from under it."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from coding_workflow.codesets.models import TableUpload
from coding_workflow.outbox.services import drain
from coding_workflow.release.models import Backtest
from coding_workflow.release.services.backtesting import BacktestState
from coding_workflow.staff.models import Role, RoleGrant
from tests.cast import Cast
from tests.security.browser import signed_in
from tests.worklist.rules import backtest_at

from .serving import served, session_cookie
from .watching import grave_findings, scrolls_sideways, watched_context

LIST = b"code,description\n0450,Emergency room"


@pytest.fixture
def ada(committed_db: str, cast: Cast, settings: Settings, browser: Browser) -> Iterator[Page]:
    """A page of Ada, who administers every facility."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    RoleGrant.objects.create(user=cast.ada, facility=cast.other, role=Role.ADMINISTRATOR)
    complaints: list[str] = []
    with served() as address, watched_context(browser, complaints, base_url=address) as context:
        context.add_cookies([session_cookie(signed_in(cast.ada), address)])  # type: ignore[list-item]
        yield context.new_page()
    assert complaints == []


def hold(page: Page, control: str) -> None:
    """Put the focus on a control and remember it."""
    page.locator(control).focus()
    page.evaluate("window.held = document.activeElement")


def polled(page: Page) -> None:
    """Wait for two answers."""
    for _ in range(2):
        with page.expect_response(lambda answer: answer.request.headers.get("x-polling") == "1"):
            pass
    page.wait_for_timeout(100)


def still_held(page: Page) -> bool:
    return bool(page.evaluate("document.activeElement === window.held && window.held.isConnected"))


def test_a_backtest_that_asks_for_itself_leaves_the_focus_where_it_is(ada: Page, cast: Cast) -> None:
    test = Backtest.objects.get(**backtest_at(cast, cast.main))
    ada.goto(reverse("worklist:backtest", args=[test.pk]))
    hold(ada, "#stop button")
    polled(ada)
    assert still_held(ada)
    ada.locator("nav.tabs a").nth(1).focus()
    ada.evaluate("window.held = document.activeElement")
    Backtest.objects.filter(pk=test.pk).update(accounts=7)
    expect(ada.locator("#progress")).to_contain_text("0 of 7 accounts judged")
    assert still_held(ada)
    hold(ada, "#stop button")
    Backtest.objects.filter(pk=test.pk).update(state=BacktestState.FINISHED)
    expect(ada.locator("#progress-title")).to_have_text("Finished")
    expect(ada.get_by_role("link", name="Show its accounts")).to_be_visible()
    expect(ada.locator("#stop")).to_be_focused()
    assert grave_findings(ada) == []
    assert not scrolls_sideways(ada)


def test_an_upload_that_asks_for_itself_leaves_the_focus_where_it_is(ada: Page) -> None:
    ada.goto(reverse("codesets:add_table"))
    ada.select_option("#id_system", "REVENUE-CODE")
    ada.fill("#id_starts", "2026-07-01")
    ada.set_input_files("#files", {"name": "codes.csv", "mimeType": "text/csv", "buffer": LIST})
    ada.click("text=Read the files")
    hold(ada, "#upload a")
    polled(ada)
    assert still_held(ada)
    hold(ada, ".page-head a")
    drain()
    expect(ada.get_by_text("1 added")).to_be_visible()
    assert still_held(ada)
    assert TableUpload.objects.get().state == "ready"
    assert grave_findings(ada) == []
