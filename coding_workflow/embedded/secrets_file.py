"""Passwords and keys that are made once and kept in the state folder, readable by this user alone."""

import os
import secrets
from pathlib import Path

from .paths import make_private


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only this user may read; never seen half written."""
    make_private(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    fresh.replace(path)


def is_kept(state: Path, name: str) -> bool:
    """Whether a secret of this name was made before."""
    return _place(state, name).is_file()


def _place(state: Path, name: str) -> Path:
    return state / "secrets" / name


def kept_secret(state: Path, name: str, *, length: int = 32) -> str:
    """The secret of this name, made on first use; safe in URLs and in configuration files."""
    path = _place(state, name)
    if not path.is_file():
        write_private(path, secrets.token_urlsafe(length))
    return path.read_text()
