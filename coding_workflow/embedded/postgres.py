"""PostgreSQL from a wheel: a private server on a Unix socket, with our own launcher.

It refuses root, dislikes closed folders, long socket paths and the leftovers of a killed predecessor; all that is settled here.
"""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg2

from .binaries import postgres_programs
from .paths import make_private, open_home, reachable_by_others, socket_folder
from .problems import EngineProblem
from .programs import Program, start, tail, wait_for
from .roles import APPLICATION, DATABASE, OWNER, Passwords, make_roles
from .secrets_file import is_kept, kept_secret
from .system import end_all, unprivileged_user, working_in

_SUPERUSER = "coding_engine"
#: Values of statements could name patients: they stay out of the server's log.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "idle_in_transaction_session_timeout": "60s",
}
_FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "150"}


class Postgres:
    """One server of one state folder. ``launch`` and ``wait_ready`` are apart, so that other engines can start meanwhile."""

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        """``durable=False`` is for tests: nothing survives a power cut.

        The data lies in the state folder, or as root, when ``nobody`` cannot reach that, in a folder that it can.
        """
        self.state = make_private(state)
        self.log = state / "database.log"
        self._settings = _SETTINGS if durable else {**_SETTINGS, **_FOR_TESTS}
        self._program: Program | None = None
        self._user = unprivileged_user()
        self._socket = socket_folder(state)
        self.home = state if self._user is None or reachable_by_others(state) else open_home(state)
        self.data = self.home / "database"

    @property
    def pid(self) -> int | None:
        """The number of the server's first process while it runs."""
        return self._program.pid if self._program and self._program.ended() is None else None

    @property
    def program(self) -> Program | None:
        """The program, once launched."""
        return self._program

    def start(self) -> None:
        """Start the server and wait until it answers; raises EngineProblem with a sentence."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Make the data folder on first use, end leftovers, start the server."""
        programs = postgres_programs(self._user)
        self.end_leftovers()
        self._make_socket_folder()
        if not is_kept(self.state, "superuser"):
            self._set_aside()
        if not (self.data / "PG_VERSION").is_file():
            self._make_data(programs)
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        arguments: list[str | Path] = [
            programs / "postgres",
            "-D",
            self.data,
            "-c",
            f"unix_socket_directories={self._socket}",
            *options,
        ]
        # SIGINT is PostgreSQL's fast, clean shutdown: it gets it even when we are killed.
        self._program = start(
            arguments, log=self.log, environment=_plain_environment(), folder=self.home, user=self._user, death=signal.SIGINT
        )

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until the server answers, then see to roles and database."""
        program = self._program
        if program is None or not wait_for(self.answers, program, seconds):
            raise EngineProblem(f"PostgreSQL did not start: {tail(self.log, 1) or 'it said nothing'} (log: {self.log}).")
        make_roles(self.superuser_dsn(), self._passwords())

    def answers(self) -> bool:
        """Whether the server accepts a connection now."""
        try:
            psycopg2.connect(self.superuser_dsn(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def stop(self, seconds: float = 10) -> None:
        """Shut down cleanly: open transactions are rolled back, all that was committed is kept."""
        if self._program:
            self._program.stop(seconds=seconds, number=signal.SIGINT)
            self._program = None
        shutil.rmtree(self._socket, ignore_errors=True)

    def kill(self) -> None:
        """``kill -9``, for tests of what survives."""
        if self._program:
            self._program.end_group()
            self._program = None

    def owner_url(self) -> str:
        """The address for migrations."""
        return self._url(OWNER, self._passwords().owner)

    def application_url(self) -> str:
        """The address for the application, which owns nothing."""
        return self._url(APPLICATION, self._passwords().application)

    def superuser_dsn(self, database: str = "postgres") -> str:
        """The launcher's own way in."""
        return self._url(_SUPERUSER, kept_secret(self.state, "superuser"), database)

    def forget(self) -> None:
        """Delete the data; the server must be stopped."""
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self._socket, ignore_errors=True)
        if self.home != self.state:
            shutil.rmtree(self.home, ignore_errors=True)

    def _url(self, role: str, password: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{quote(password)}@{quote(str(self._socket), safe='')}/{database}"

    def _passwords(self) -> Passwords:
        return Passwords(owner=kept_secret(self.state, "owner"), application=kept_secret(self.state, "application"))

    def end_leftovers(self) -> None:
        """End a server of this data folder whose supervisor was killed."""
        # Never delete postmaster.pid while one of its processes lives: two servers on one folder destroy it.
        end_all(lambda: working_in(self.data), gentle=signal.SIGINT, seconds=10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _set_aside(self) -> None:
        """Somebody deleted the state folder and with it the way into data that lie elsewhere; the last such data stay."""
        lost = self.home / "database-of-a-lost-state-folder"
        if self.data.is_dir():
            shutil.rmtree(lost, ignore_errors=True)
            self.data.rename(lost)

    def _make_socket_folder(self) -> None:
        self._socket.mkdir(mode=0o700, exist_ok=True)
        if self._socket.is_symlink() or self._socket.stat().st_uid not in {os.getuid(), self._uid()}:
            raise EngineProblem(f"{self._socket} belongs to somebody else: remove it, or set TMPDIR to a folder of your own.")
        self._give(self._socket)

    def _make_data(self, programs: Path) -> None:
        """``initdb`` into a fresh folder, renamed when whole: an interrupted first start leaves nothing half made."""
        with tempfile.TemporaryDirectory(dir=self.home, prefix="new-") as scratch:
            fresh, password = Path(scratch) / "database", Path(scratch) / "password"
            password.write_text(kept_secret(self.state, "superuser"))
            self._give(password)
            self._give(Path(scratch))
            self._run_initdb(programs, fresh, password)
            shutil.rmtree(self.data, ignore_errors=True)
            fresh.rename(self.data)

    def _run_initdb(self, programs: Path, fresh: Path, password: Path) -> None:
        arguments: list[str | Path] = [
            programs / "initdb",
            "-D",
            fresh,
            "-U",
            _SUPERUSER,
            f"--pwfile={password}",
            "--auth=scram-sha-256",
        ]
        arguments += ["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]
        # Up to 7 s on a busy disk; a power cut in the first half minute of the very first start costs another first start.
        arguments.append("--no-sync")
        initdb = start(arguments, log=self.log, environment=_plain_environment(), folder=self.home, user=self._user)
        if not initdb.wait(120) or initdb.ended() != 0:
            raise EngineProblem(f"PostgreSQL could not make its data folder: {initdb.last_words(1)} (log: {self.log}).")

    def _uid(self) -> int:
        return self._user.uid if self._user else os.getuid()

    def _give(self, path: Path) -> None:
        path.chmod(0o600 if path.is_file() else 0o700)
        if self._user:
            os.chown(path, self._user.uid, self._user.gid)


def _plain_environment() -> dict[str, str]:
    # PGDATA, PGPORT and the like of the caller would be obeyed.
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
