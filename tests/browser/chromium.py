"""Which chromium the browser tests drive, and how it is started."""

import os
import shutil
from pathlib import Path
from typing import Final

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: No sandbox, because root has none; nothing that calls home.
FLAGS: Final = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def find_chromium() -> str | None:
    """The program that CHROMIUM names, else the first one on the path."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen if Path(chosen).is_file() else None
    return next((found for name in _NAMES if (found := shutil.which(name))), None)
