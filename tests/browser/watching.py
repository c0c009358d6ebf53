"""Pages that are watched: what the console, the content security policy and axe have against them."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, ViewportSize

#: The smallest screen that the pages are made for.
WIDTH, HEIGHT = 1366, 768
#: A large one, and the smallest again.
SIZES: tuple[ViewportSize, ...] = ({"width": 1920, "height": 1080}, {"width": WIDTH, "height": HEIGHT})
_GRAVE = frozenset({"serious", "critical"})
_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


def watched_context(browser: Browser, complaints: list[str], **options: Any) -> BrowserContext:
    """A browser of its own whose console errors, exceptions and policy violations are written to ``complaints``."""
    values: dict[str, Any] = {"viewport": {"width": WIDTH, "height": HEIGHT}, **options}
    context = browser.new_context(**values)
    context.add_init_script(_VIOLATIONS)
    context.on("console", lambda message: _note(message, complaints))
    context.on("weberror", lambda found: complaints.append(f"{found.page.url if found.page else ''}: {found.error}"))
    return context


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type in {"error", "warning"}:
        where = message.page.url if message.page else message.location.get("url", "")
        complaints.append(f"{where}: {message.text}")


def grave_findings(page: Any, *rules: str) -> list[str]:
    """What axe calls serious or critical, by all its rules unless some are named; each with the first element found."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in _GRAVE]


def scrolls_sideways(page: Any) -> bool:
    """Whether the page is wider than its window."""
    return not page.evaluate("document.documentElement.scrollWidth <= innerWidth")
