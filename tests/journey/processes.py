"""The processes of a hospital, as ``make demo`` starts them, on the database of one test and a broker of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import redis
from django.conf import settings

from coding_workflow.embedded import duties, programs
from coding_workflow.embedded.duties import Duty
from coding_workflow.embedded.programs import Program
from coding_workflow.embedded.valkey import free_port
from tests.outbox.processes import database_url, end_other_sessions, wait_until

#: Starting is not what tests time: several seconds, more where other tests run.
STARTING = 90
_CLAIM = "claimed-by-a-test"


class Hospital:
    """Relay, worker and web of one test; each is started when the test says so."""

    def __init__(self, folder: Path, *, broker: str, **environment: str) -> None:
        self.folder, self.port = folder, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "DATABASE_OWNER_URL": database_url(),
            "REDIS_URL": broker,
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_LEVEL": "INFO",
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self._running: list[Program] = []

    def start(self, duty: Duty) -> Program:
        """Start one process; it ends with this one, whatever happens."""
        log = self.folder / f"{duty.name}.log"
        started = programs.start(
            duty.arguments, log=log, environment=self.environment, folder=settings.BASE_DIR, death=signal.SIGKILL
        )
        self._running.append(started)
        return started

    def start_relay(self) -> Program:
        """The relay; it may not be listening yet."""
        return self.start(duties.relay())

    def start_worker(self) -> Program:
        """The worker; it may not be ready yet."""
        return self.start(duties.worker())

    def start_web(self) -> Program:
        """The pages; they may not answer yet."""
        return self.start(duties.web("127.0.0.1", self.port))

    def wait_for_staff(self) -> None:
        """Wait until relay and worker are at work."""
        wait_until(lambda: " ready." in self.log("worker") and "relay.listening" in self.log("relay"), STARTING, "the staff")

    def wait_for_web(self) -> None:
        """Wait until a page answers."""
        wait_until(self._answers, STARTING, "the web process")

    def log(self, name: str) -> str:
        """What a process has said so far."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.is_file() else ""

    def command(self, *arguments: str, seconds: float = STARTING) -> "subprocess.CompletedProcess[str]":
        """Run ``manage.py`` in a process of its own, to its end."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def close(self) -> None:
        """End every process, and wait until the database has noticed; what was said is shown when the test failed."""
        for program in reversed(self._running):
            program.end_group()
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log.name}\n{programs.tail(log, 40)}")
        wait_until(lambda: end_other_sessions() == 0, 20, "the database rid of the processes")

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.address}/signin/login/", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def numbered_broker() -> Iterator[str]:
    """The address of an empty numbered database of the given broker, ours for the length of the block."""
    url = str(settings.CELERY_BROKER_URL)
    for number in range(15, 0, -1):
        mine = urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
        with redis.Redis.from_url(mine) as client:
            # Whoever writes the claim into an empty database has it; ours is the only key then.
            if client.dbsize() == 0 and client.set(_CLAIM, os.getpid(), nx=True, ex=900) and client.dbsize() == 1:
                try:
                    yield mine
                finally:
                    client.flushdb()
                return
    raise AssertionError("The broker has no empty numbered database from 1 to 15.")


def collect_static(folder: Path) -> Path:
    """Collect the static files as a deployment does; answers the folder."""
    environment = {**os.environ, "STATIC_ROOT": str(folder)}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, env=environment, cwd=settings.BASE_DIR, check=True, timeout=STARTING)
    return folder


def seconds(began: float) -> float:
    """Seconds since an instant of ``time.monotonic``."""
    return time.monotonic() - began
