"""Ctrl+C and SIGTERM: asked once, everything stops in order; asked twice, at once."""

import signal
from types import FrameType


class StopRequested(Exception):
    """Somebody wants the hospital closed."""


class StopSignals:
    """Remembers that it was asked to stop; nothing is interrupted in the middle of a step."""

    def __init__(self) -> None:
        self.asked = 0

    def install(self) -> None:
        """Listen for Ctrl+C, SIGTERM and a closed terminal; main thread only."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def check(self) -> None:
        """Raise StopRequested when somebody asked."""
        if self.asked:
            raise StopRequested

    def insisted(self) -> bool:
        """Whether somebody asked again."""
        return self.asked > 1

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1
