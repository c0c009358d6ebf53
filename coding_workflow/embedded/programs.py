"""One program that this process started: its log, its end, and the end of everything it started."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .system import SystemUser, dying_with_parent


@dataclass
class Program:
    """A running program in a process group of its own, so that Ctrl+C reaches only who started it."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def pid(self) -> int:
        """The number of its first process."""
        return self.process.pid

    def ended(self) -> int | None:
        """The exit status, or None while it runs."""
        return self.process.poll()

    def end_input(self) -> None:
        """End its standard input, for which a program started with ``waits`` waits."""
        if self.process.stdin and not self.process.stdin.closed:
            # It may have ended before.
            with suppress(BrokenPipeError):
                self.process.stdin.close()

    def ask_to_stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to its first process."""
        if self.ended() is None:
            self.process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Wait for its end; says whether it came in time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end_group(self) -> None:
        """Kill it and all it started."""
        # Its group may be empty, or on macOS hold only the dead.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait(5)

    def stop(self, *, seconds: float, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop, wait, and then leave nothing of it."""
        self.ask_to_stop(number)
        self.wait(seconds)
        self.end_group()

    def last_words(self, lines: int = 6) -> str:
        """The end of its log."""
        return tail(self.log, lines)


def tail(log: Path, lines: int = 6) -> str:
    """The last lines of a log; empty when there is none."""
    if not log.is_file():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8_192))
        text = file.read().decode(errors="replace")
    return "\n".join(text.rstrip().splitlines()[-lines:])


def start(
    arguments: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    folder: Path,
    user: SystemUser | None = None,
    death: signal.Signals = signal.SIGTERM,
    text_in: str | None = None,
    waits: bool = False,
) -> Program:
    """Start a program that writes to ``log`` and gets the signal ``death`` should this process be killed.

    Its standard input is ``text_in``, or with ``waits`` open until ``end_input``, or nothing.
    Call it from the main thread: for the kernel, the parent is the thread that started the child.
    """
    with log.open("ab") as file:
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.PIPE if waits or text_in is not None else subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
            preexec_fn=dying_with_parent(death),
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
    if text_in is not None and process.stdin:
        process.stdin.write(text_in.encode())
        process.stdin.close()
    return Program(process=process, log=log)


def wait_for(ready: Callable[[], bool], program: Program, seconds: float) -> bool:
    """Ask ``ready`` until it says yes, the program ends, or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if program.ended() is not None:
            return False
        time.sleep(0.02)
    return False
