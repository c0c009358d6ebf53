"""The browser that the other tests here drive."""

from playwright.sync_api import Browser


def test_chromium_starts_and_runs_scripts(browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<title>Ready</title><p>one</p>")
        assert page.title() == "Ready"
        assert page.evaluate("document.querySelectorAll('p').length") == 1
