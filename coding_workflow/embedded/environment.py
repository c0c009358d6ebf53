"""The variables that tell the application where its engines are; those that the operator gives replace the engines."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from .paths import make_private
from .secrets_file import kept_secret, write_private

#: The demo's clock stands inside the loaded code tables.
DEMO_BUSINESS_DATE = "2026-09-30"

_FILE = "environment"


def given(name: str) -> bool:
    """Whether the operator set this variable."""
    return bool(os.environ.get(name))


def common(state: Path, *, demo: bool = False) -> dict[str, str]:
    """What does not depend on a running engine."""
    values = {
        "CODING_STATE_DIR": str(state),
        "SECRET_KEY": kept_secret(state, "application-key", length=64),
        "PLAIN_HTTP": "1",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "AUDIT_SEAL_DIR": str(make_private(state / "seals")),
        "STATIC_ROOT": str(state / "static"),
    }
    return {**values, "BUSINESS_DATE": DEMO_BUSINESS_DATE} if demo else values


def operators_choice(values: Mapping[str, str]) -> dict[str, str]:
    """The same variables, the operator's values first; the state folder is ours to say."""
    return {name: value if name == "CODING_STATE_DIR" else os.environ.get(name) or value for name, value in values.items()}


def write(state: Path, values: Mapping[str, str]) -> Path:
    """Leave the variables for commands in a second terminal, readable by this user alone."""
    path = state / _FILE
    write_private(path, "".join(f"{name}={value}\n" for name, value in values.items()))
    return path


def read(state: Path) -> dict[str, str]:
    """What a running supervisor left; empty when none runs."""
    path = state / _FILE
    if not path.is_file():
        return {}
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def remove(state: Path) -> None:
    """Take the variables away: nobody answers at these addresses any more."""
    (state / _FILE).unlink(missing_ok=True)


def export_lines(values: Mapping[str, str]) -> str:
    """Lines for a shell's ``eval``."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())
