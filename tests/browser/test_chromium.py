"""The browser that the other tests here drive."""

from playwright.sync_api import Browser

from .watching import grave_findings, scrolls_sideways, watched_context


def test_chromium_starts_and_runs_scripts(browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<title>Ready</title><p>one</p>")
        assert page.title() == "Ready"
        assert page.evaluate("document.querySelectorAll('p').length") == 1


def test_the_watch_notices_what_the_page_tests_look_for(browser: Browser) -> None:
    complaints: list[str] = []
    wrong = '<html lang="en"><title>Wrong</title><script>late()</script><div style="width: 3000px">wide</div><img src="none:">'
    policy = {"content-security-policy": "default-src 'self'; style-src 'unsafe-inline'", "content-type": "text/html"}
    with watched_context(browser, complaints) as context:
        page = context.new_page()
        page.route("http://watched.test/", lambda route: route.fulfill(body=wrong, headers=policy))
        page.goto("http://watched.test/")
        assert scrolls_sideways(page)
    assert any("script-src-elem inline" in complaint for complaint in complaints), complaints


def test_axe_calls_grave_what_it_should(browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content('<html lang="en"><title>Pale</title><main><h1>Pale</h1><p style="color: #ccc">words</p><input></main>')
        assert [found.partition(":")[0] for found in grave_findings(page)] == ["color-contrast", "label"]
        assert [found.partition(":")[0] for found in grave_findings(page, "color-contrast")] == ["color-contrast"]
