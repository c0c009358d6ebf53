"""Chromium of the system, driven by playwright; without one these tests are skipped, or fail when REQUIRE_BROWSER=1."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from .chromium import FLAGS, find_chromium

_MISSING = "no chromium: install it, or say where it is with CHROMIUM=/path/to/chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One chromium for the tests of a module, gone before another module may start playwright itself."""
    program = find_chromium()
    if program is None and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(_MISSING)
    if program is None:
        pytest.skip(_MISSING)
    # Playwright's loop runs in this thread, and Django then refuses the database; nothing of ours runs in that loop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()
