"""One supervisor for each state folder, and where the other one is."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import IO

from .paths import make_private


class AlreadyRunning(Exception):
    """Another supervisor holds the folder; ``str()`` is its address, empty while it starts."""


class SupervisorLock:
    """Held while a supervisor lives; the system releases it however that ends."""

    def __init__(self, state: Path) -> None:
        self._path = make_private(state) / "supervisor.lock"
        self._file: IO[str] | None = None

    def __enter__(self) -> "SupervisorLock":
        file = open(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            address = file.read().strip()
            file.close()
            raise AlreadyRunning(address) from held
        self._file = file
        self.announce("")
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        if self._file:
            self.announce("")
            self._file.close()
            self._file = None

    def announce(self, address: str) -> None:
        """Leave the address for whoever comes second."""
        if self._file:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(address)
            self._file.flush()
