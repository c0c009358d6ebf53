"""The hospital's own relay and worker in the background, and how much of the processors they used."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import connection

from coding_workflow.embedded import duties
from coding_workflow.embedded.paths import CHECKOUT
from coding_workflow.embedded.programs import Program, start

from .processors import Used, used

_PATIENCE: Final = 600
#: Nothing that is due waits or runs. What is asked for later (a reminder, the end of a hold) does not count.
_BUSY: Final = """
SELECT EXISTS (SELECT FROM accounts_outboxrow WHERE state = 'leased' OR (state = 'waiting' AND not_before < clock_timestamp()))
"""


class NoEnd(RuntimeError):
    """The background does not come to an end of its work."""


@dataclass(frozen=True)
class Background:
    """The processes that do the outbox's work."""

    programs: tuple[Program, ...]

    def used(self) -> Used:
        """Processor time until now: of relay and worker, and of PostgreSQL for everybody."""
        return used(*(program.pid for program in self.programs))

    def wait_until_quiet(self) -> None:
        """Until nothing is due; NoEnd when that takes minutes or one of them has ended."""
        end = time.monotonic() + _PATIENCE
        while _busy():
            self.look(end)
            time.sleep(0.2)

    def look(self, end: float) -> None:
        """NoEnd when one of them has ended, or it is later than ``end``."""
        gone = [program for program in self.programs if program.ended() is not None]
        if gone or time.monotonic() > end:
            words = gone[0].last_words() if gone else "work is left"
            raise NoEnd(f"The background did not finish: {words}")


@contextmanager
def running_background(folder: Path, *, processes: int) -> Iterator[Background]:
    """Relay and worker as the hospital starts them, the worker with so many processes, for the length of the block."""
    with ExitStack() as stack:
        programs = []
        for duty in (duties.relay(), duties.worker(processes)):
            program = start(duty.arguments, log=folder / f"{duty.name}.log", environment=os.environ, folder=CHECKOUT)
            stack.callback(program.stop, seconds=duty.patience)
            programs.append(program)
        yield Background(tuple(programs))


def _busy() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_BUSY)
        return bool(cursor.fetchone()[0])
