"""What one repetition took: by the clock, and of a processor."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

#: The web process tells its part in this header.
HEADER: Final = "X-Processor-Ms"


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds. ``processor`` is Python's part: neither PostgreSQL's nor, for a page, the web server's own."""

    clock: float
    processor: float


def timed(work: Callable[[], Any]) -> Spent:
    """A call in this process."""
    clock, processor = time.perf_counter(), time.thread_time()
    work()
    return Spent((time.perf_counter() - clock) * 1000, (time.thread_time() - processor) * 1000)
