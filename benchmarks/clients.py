"""``python -m benchmarks.clients``: many signed-in browsers in a process of their own, each on a thread.

The first line of its standard input is ``{"port": ..., "sessions": [...]}``, every other one an order: all of them ask at
one moment, and one line of standard output tells what they got. It ends with its input, and speaks to 127.0.0.1 only.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from .web import Client


def main() -> int:
    """Sign nobody in: the sessions are those of people who are."""
    opening = json.loads(sys.stdin.readline())
    people = [Client(opening["port"], {"session": session}) for session in opening["sessions"]]
    for person in people:
        person.get("/")  # a form needs the token that a page carried
    _say({"people": len(people)})
    with ThreadPoolExecutor(max_workers=len(people)) as threads:
        for order in map(json.loads, sys.stdin):
            _say(_burst(people, order, threads))
    return 0


def _burst(people: Sequence[Client], order: Mapping[str, Any], threads: ThreadPoolExecutor) -> dict[str, Any]:
    """Everybody asks once; seconds from the first question to the last answer, and of the processor for asking."""
    gate = Barrier(len(people))

    def ask(person: Client) -> tuple[float, float, float, str]:
        gate.wait(30)
        began = time.perf_counter()
        spent = person.get(order["get"]) if "get" in order else person.post(order["post"], order["fields"])
        return began, spent.clock, spent.processor, person.location

    processor = time.process_time()
    answers = list(threads.map(ask, people))
    return {
        "took": max(began + clock / 1000 for began, clock, _, _ in answers) - min(began for began, *_ in answers),
        "asking": time.process_time() - processor,
        "clock": [clock for _, clock, _, _ in answers],
        "processor": [processor for _, _, processor, _ in answers],
        "locations": [location for *_, location in answers],
    }


def _say(answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    sys.exit(main())
