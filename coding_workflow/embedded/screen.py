"""What the person at the terminal reads: one line for each change of a process, with the time since the start."""

import sys
import time
from typing import TextIO


class Screen:
    """Plain lines, so that they read the same in a terminal, a log and a pipe."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._began = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def state(self, name: str, words: str) -> None:
        """A process changed its state."""
        self.say(f"{self.elapsed:7.1f} s  {name:<9} {words}")

    def excerpt(self, text: str) -> None:
        """The end of a log, set in."""
        for line in text.splitlines():
            self.say(f"{'':22}| {line[:160]}")

    def say(self, text: str) -> None:
        """One line; a terminal that went away is no reason to fail."""
        try:
            print(text, file=self._out, flush=True)
        except OSError:
            return
