"""Chromium of the system, driven by playwright; without one these tests are skipped, or fail when REQUIRE_BROWSER=1."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: No sandbox, because root has none; nothing that calls home.
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
_MISSING = "no chromium: install it, or say where it is with CHROMIUM=/path/to/chromium"


def find_chromium() -> str | None:
    """The program that CHROMIUM names, else the first one on the path."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen if Path(chosen).is_file() else None
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all browser tests of a worker; each test opens a context of its own."""
    program = find_chromium()
    if program is None and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(_MISSING)
    if program is None:
        pytest.skip(_MISSING)
    # Playwright's loop runs in this thread, and Django then refuses the database; nothing of ours runs in that loop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=_FLAGS.split())
        yield chromium
        chromium.close()
