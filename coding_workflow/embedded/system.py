"""The operating system's part: users, signals, and what is left of programs whose parent was killed."""

import ctypes
import os
import pwd
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .problems import EngineProblem

_PR_SET_PDEATHSIG = 1
#: Children carry the state folder in this variable, so that they can be recognised without their parent.
MARK = "CODING_SUPERVISED"


@dataclass(frozen=True)
class SystemUser:
    """Somebody to run the database as."""

    uid: int
    gid: int


def unprivileged_user() -> SystemUser | None:
    """``nobody`` when this process is root, because PostgreSQL refuses root; otherwise None, meaning ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as missing:
        raise EngineProblem(
            "PostgreSQL refuses to run as root and there is no user 'nobody': run as an ordinary user, or set DATABASE_URL."
        ) from missing
    return SystemUser(uid=entry.pw_uid, gid=entry.pw_gid)


def dying_with_parent(death: signal.Signals) -> Callable[[], None] | None:
    """What a child runs first, so that the kernel signals it when the thread that started it ends; Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)

    return ask_kernel


def die_with_parent() -> None:
    """Let this very process end when its parent does."""
    ask_kernel = dying_with_parent(signal.SIGTERM)
    if ask_kernel:
        ask_kernel()


def _processes() -> Iterable[Path]:
    return (entry for entry in Path("/proc").glob("[0-9]*") if entry.name != str(os.getpid()))


def working_in(folder: Path) -> list[int]:
    """Processes whose working directory is ``folder``: PostgreSQL and Valkey live in their data folders."""
    wanted, found = str(folder.resolve()), []
    for entry in _processes():
        try:
            if os.readlink(entry / "cwd") == wanted:
                found.append(int(entry.name))
        except OSError:
            continue  # gone meanwhile, or another user's
    return found


def carrying_mark(state: Path) -> list[int]:
    """Processes that a supervisor of this state folder started, or their children."""
    mark, found = f"{MARK}={state.resolve()}".encode(), []
    for entry in _processes():
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet collected does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return _answers(pid) if not Path("/proc/self").exists() else False
    return status.rpartition(")")[2].split()[0] != "Z"


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    """Send one signal to each; those that are gone are passed over."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def wait_until_gone(find: Callable[[], list[int]], seconds: float) -> bool:
    """Wait until ``find`` names nobody any more; says whether that happened in time."""
    deadline = time.monotonic() + seconds
    while any(is_alive(pid) for pid in find()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def end_all(find: Callable[[], list[int]], *, gentle: signal.Signals, seconds: float) -> None:
    """Ask the processes that ``find`` names to stop, then make them."""
    if not find():
        return
    signal_all(find(), gentle)
    if not wait_until_gone(find, seconds):
        signal_all(find(), signal.SIGKILL)
        wait_until_gone(find, seconds)
