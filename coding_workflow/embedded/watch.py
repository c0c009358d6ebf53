"""Keeping a process alive: start it again when it dies, more slowly each time, and not for ever."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .programs import Program

#: More deaths than this within a minute, and the process is left alone.
MOST_DEATHS = 5
_WINDOW = 60.0


@dataclass
class Watched:
    """One process under watch; ``begin`` starts it (again)."""

    name: str
    begin: Callable[[], Program]
    program: Program | None = None
    given_up: bool = False
    _deaths: list[float] = field(default_factory=list)
    _begin_at: float = 0.0

    def note_death(self) -> float | None:
        """Remember that it died; the seconds until the next start, or None when it is given up."""
        now = time.monotonic()
        self.program = None
        self._deaths = [moment for moment in self._deaths if now - moment < _WINDOW] + [now]
        if len(self._deaths) > MOST_DEATHS:
            self.given_up = True
            return None
        wait = min(8.0, 0.25 * 2.0 ** (len(self._deaths) - 1))
        self._begin_at = now + wait
        return wait

    def due(self) -> bool:
        """Whether it is down and its time has come."""
        return self.program is None and not self.given_up and time.monotonic() >= self._begin_at

    def start(self) -> None:
        """Start it."""
        self.program = self.begin()
