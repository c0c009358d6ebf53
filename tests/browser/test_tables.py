"""Loading a code table in chromium: the page follows the background by itself, and both steps are a person's."""

import os
from pathlib import Path

from django.urls import reverse
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from coding_workflow.codesets.models import TableRelease
from coding_workflow.outbox.services import drain
from coding_workflow.staff.models import Role, RoleGrant
from tests.cast import Cast
from tests.security.browser import signed_in

from .serving import served, session_cookie
from .watching import grave_findings, scrolls_sideways, watched_context

#: Pages are kept here when the variable names a folder: to be looked at.
SHOTS = os.environ.get("SCREENSHOTS", "")
LIST = b"code,description\n0450,Emergency room\n0360,Operating room"


def _look(page: Page, name: str) -> list[str]:
    if SHOTS:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=Path(SHOTS) / f"tables-{name}-{scheme}.png")
    faults = grave_findings(page, "color-contrast", "label", "button-name")
    return [f"{name}: {each}" for each in [*faults, *(["scrolls sideways"] if scrolls_sideways(page) else [])]]


def _give(page: Page, content: bytes, name: str) -> None:
    page.set_input_files("#files", {"name": name, "mimeType": "text/csv", "buffer": content})


def test_a_table_is_given_shown_mended_and_loaded(committed_db: str, cast: Cast, browser: Browser, settings: Settings):
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    RoleGrant.objects.create(user=cast.ada, facility=cast.other, role=Role.ADMINISTRATOR)
    complaints: list[str] = []
    faults: list[str] = []
    with served() as address, watched_context(browser, complaints) as context:
        context.add_cookies([session_cookie(signed_in(cast.ada), address)])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(address + reverse("codesets:tables"))
        faults += _look(page, "empty")
        page.click("a[aria-label='Load Revenue codes']")
        page.fill("#id_label", "2026")
        page.fill("#id_starts", "2026-07-01")
        _give(page, LIST.replace(b"0450", b"45"), "wrong.csv")
        faults += _look(page, "form")
        page.click("text=Read the files")
        faults += _look(page, "reading")
        drain()
        page.get_by_text("wrong.csv, line 2").wait_for()
        faults += _look(page, "refused")
        _give(page, LIST, "right.csv")
        page.click("text=Read these files instead")
        drain()
        page.get_by_text("2 added").wait_for()
        faults += _look(page, "ready")
        page.click("text=Load this release")
        drain()
        page.get_by_text("is loaded with 2 rows").wait_for()
        page.goto(address + reverse("codesets:tables"))
        faults += _look(page, "loaded")
    assert (faults, complaints) == ([], [])
    assert TableRelease.objects.get().loaded_by == cast.ada
