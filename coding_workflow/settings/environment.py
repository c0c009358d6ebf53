"""Where values come from: the process environment, else what a running embedded hospital left behind.

``make demo`` writes the addresses of its engines to ``environment`` in its state folder, so that
``python manage.py journey`` in a second terminal reaches the same database without any set-up.
"""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]


def state_dir() -> Path:
    """The embedded engines' folder: outside the checkout, one per checkout, or CODING_STATE_DIR."""
    from coding_workflow.embedded.paths import state_dir as embedded_state_dir  # noqa: PLC0415 - no Django needed there

    return embedded_state_dir()


def _read_state() -> dict[str, str]:
    path = state_dir() / "environment"
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}


_STATE: dict[str, str] = {} if "DATABASE_URL" in os.environ else _read_state()


def env(name: str, default: str = "") -> str:
    """One setting as text; the process environment wins."""
    return os.environ.get(name) or _STATE.get(name) or default


def env_flag(name: str, default: bool = False) -> bool:
    """One setting as yes or no; ``1``, ``true``, ``yes`` and ``on`` are yes."""
    value = env(name, "1" if default else "0")
    return value.strip().lower() in {"1", "true", "yes", "on"}
