"""Where the embedded engines keep their files: outside the checkout, one folder per checkout."""

import hashlib
import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def state_dir() -> Path:
    """The folder of this checkout's engines; CODING_STATE_DIR overrides it."""
    chosen = os.environ.get("CODING_STATE_DIR")
    if chosen:
        return Path(chosen)
    name = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return home / "coding-workflow" / name
