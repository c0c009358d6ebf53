"""Where the embedded engines keep their files: outside the checkout, one folder per checkout."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from .problems import EngineProblem

CHECKOUT = Path(__file__).resolve().parents[2]

#: A Unix socket's path may have 107 bytes; ``/.s.PGSQL.5432`` takes 14 of them.
SOCKET_FOLDER_LIMIT = 90


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def state_dir() -> Path:
    """The folder of this checkout's engines; CODING_STATE_DIR overrides it."""
    chosen = os.environ.get("CODING_STATE_DIR")
    if chosen:
        return Path(chosen)
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return home / "coding-workflow" / _short(str(CHECKOUT))


def make_private(folder: Path) -> Path:
    """Make a folder that only this user may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def reachable_by_others(path: Path) -> bool:
    """Whether another user of this machine could walk to ``path``: every existing folder above lets others through."""
    above = [path, *path.parents]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in above if folder.is_dir())


def open_root() -> Path:
    """A folder of root's that every user may read: for programs that lie under a closed folder."""
    root = Path("/var/lib") if os.access("/var/lib", os.W_OK) else Path("/var/tmp")  # noqa: S108 - the owner is checked
    folder = root / "coding-workflow"
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise EngineProblem(f"{folder} belongs to somebody else: remove it, or run as an ordinary user.")
    folder.chmod(0o755)
    return folder


def open_home(state: Path) -> Path:
    """A folder for the database's files, when the state folder lies where the database's user cannot go."""
    folder = open_root() / _short(str(state.resolve()))
    folder.mkdir(mode=0o755, exist_ok=True)
    return folder


def socket_folder(state: Path) -> Path:
    """The folder of the database's socket, short enough for any system; the caller makes it and checks its owner."""
    for root in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - the owner is checked before use
        folder = root / f"coding-{os.getuid()}-{_short(str(state.resolve()))}"
        if len(os.fsencode(folder)) <= SOCKET_FOLDER_LIMIT:
            return folder
    raise EngineProblem("The path of the temporary folder is too long for a socket: set TMPDIR to a short one.")
