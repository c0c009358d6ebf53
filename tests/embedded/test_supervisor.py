"""The command that opens a hospital, with small programs in place of the application."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coding_workflow.embedded import environment, preparation
from coding_workflow.embedded.paths import CHECKOUT
from coding_workflow.embedded.system import carrying_mark, end_all, wait_until_gone, working_in
from coding_workflow.embedded.valkey import free_port

pytestmark = pytest.mark.processes
STAND_IN = [sys.executable, "-m", "tests.embedded.stand_in"]


class Hospital:
    """A supervisor in a process of its own, and what it printed."""

    def __init__(self, state: Path, *arguments: str, **variables: str) -> None:
        self.state, self.screen = state, state.with_suffix(".screen")
        values = {**os.environ, "PORT": str(free_port()), **variables}
        with self.screen.open("w") as out:
            self.process = subprocess.Popen([*STAND_IN, *arguments], cwd=CHECKOUT, env=values, stdout=out, stderr=out)

    def printed(self) -> str:
        return self.screen.read_text()

    def wait_for(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = re.search(pattern, self.printed())
            if found:
                return found
            assert self.process.poll() is None, self.printed()
            time.sleep(0.05)
        raise AssertionError(f"{pattern!r} was not printed:\n{self.printed()}")

    def wait_until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.05)

    def processes(self) -> list[int]:
        return carrying_mark(self.state) + working_in(self.state / "broker")

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


@pytest.fixture
def hospitals(state: Path) -> Iterator[list[Hospital]]:
    opened: list[Hospital] = []
    yield opened
    for hospital in opened:
        if hospital.process.poll() is None:
            hospital.process.kill()
            hospital.process.wait(5)
        hospital.screen.unlink(missing_ok=True)
    end_all(lambda: carrying_mark(state), gentle=signal.SIGKILL, seconds=5)


def test_it_opens_tells_the_logins_answers_and_leaves_nothing_when_asked_to_stop(state: Path, hospitals: list[Hospital]) -> None:
    hospital = Hospital(state, "--demo")
    hospitals.append(hospital)
    address = hospital.wait_for(r"The hospital is open: http://127.0.0.1:(\d+)").group(1)
    with socket.create_connection(("127.0.0.1", int(address)), timeout=5):
        pass
    hospital.wait_for("Ctrl\\+C closes")
    hospital.wait_for("filling   complete")
    assert "12 accounts registered" in hospital.printed()
    assert "ana  coder  a password" in hospital.printed()
    assert set(environment.read(state)) >= {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY"}
    hospital.wait_until(lambda: len(hospital.processes()) == 4)  # pages, worker, its child, broker
    assert hospital.stop() == 0
    assert hospital.processes() == []
    assert environment.read(state) == {}
    closing = ("worker    stopped", "web       stopped", "broker    stopped", "database  stopped")
    order = [hospital.printed().index(words) for words in closing]
    assert order == sorted(order)


def test_a_second_start_says_where_the_first_one_is(state: Path, hospitals: list[Hospital]) -> None:
    first = Hospital(state)
    hospitals.append(first)
    address = first.wait_for(r"The hospital is open: (\S+)").group(1)
    first.wait_for("Ctrl\\+C closes")
    done = subprocess.run(
        [sys.executable, "-m", "coding_workflow.embedded", "up"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0
    assert f"The hospital is open already. It answers on {address}" in done.stdout
    assert first.process.poll() is None


def test_a_dead_process_and_a_dead_database_come_back(state: Path, hospitals: list[Hospital]) -> None:
    hospital = Hospital(state)
    hospitals.append(hospital)
    hospital.wait_for("Ctrl\\+C closes")
    end_all(lambda: working_in(state / "broker"), gentle=signal.SIGKILL, seconds=5)
    hospital.wait_for(r"broker    ended unexpectedly")
    hospital.wait_for(r"broker    starting again")
    web = [pid for pid in carrying_mark(state) if b"HTTPServer" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(web[0], signal.SIGKILL)
    hospital.wait_for(r"web       ended unexpectedly")
    hospital.wait_for(r"web       starting again")
    assert hospital.stop() == 0


def test_after_kill_9_the_next_start_finds_no_obstacle(state: Path, hospitals: list[Hospital]) -> None:
    hospital = Hospital(state, "--demo")
    hospitals.append(hospital)
    hospital.wait_for("filling   complete")
    hospital.process.kill()
    hospital.process.wait(5)
    assert wait_until_gone(lambda: working_in(state / "broker"), 10)
    again = Hospital(state, "--demo")
    hospitals.append(again)
    again.wait_for("Ctrl\\+C closes")
    assert "accounts registered" not in again.printed(), "a complete demo is not seeded again"
    assert "more patients" not in again.printed()
    assert "migrating" not in again.printed(), "nothing changed, so nothing is prepared again"
    assert again.stop() == 0
    assert again.processes() == []


def test_a_taken_port_is_said_in_one_sentence(state: Path, hospitals: list[Hospital]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        hospital = Hospital(state, PORT=str(port))
        hospitals.append(hospital)
        assert hospital.process.wait(20) == 1
    assert f"Port {port} is taken by another program: stop it, or say PORT= and another number." in hospital.printed()
    assert "Traceback" not in hospital.printed()


def test_an_interrupted_first_seeding_is_taken_up_again(state: Path, hospitals: list[Hospital]) -> None:
    hospital = Hospital(state, "--demo")
    hospitals.append(hospital)
    hospital.wait_for("filling   complete")
    assert hospital.stop() == 0
    preparation.remember(state, "seeding", preparation.STARTED)
    again = Hospital(state, "--demo")
    hospitals.append(again)
    again.wait_for("filling   complete")
    assert "12 accounts registered" in again.printed()
    assert preparation.remembered(state, "seeding") == preparation.COMPLETE
