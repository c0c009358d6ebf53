"""What these tests take from tests/browser: the chromium of the system, and the application served to it."""

from pathlib import Path

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.serving import served, session_cookie

__all__ = ["CHROMIUM", "FLAGS", "served", "session_cookie"]

#: A path that does not exist where there is none, which skips the tests.
CHROMIUM = Path(find_chromium() or "chromium-is-not-installed")
