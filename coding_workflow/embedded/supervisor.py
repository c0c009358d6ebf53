"""One command that opens the hospital: engines, tables, pages, patients, relay and worker, in this order."""

import os
import sys
import urllib.error
import urllib.request
import webbrowser

from . import environment, preparation
from .crew import Crew
from .duties import Plan
from .engines import needed_engines
from .lock import SupervisorLock
from .problems import EngineProblem
from .programs import Program
from .screen import Screen
from .stopping import StopRequested
from .valkey import free_port, is_free
from .watch import Watched

_USUAL_PORT = 8000
_PATIENCE = 600  # pauses of a tenth of a second


class Supervisor:
    """Opens, watches and closes one hospital. Every step looks for a request to stop before it goes on."""

    def __init__(self, *, plan: Plan, demo: bool, browser: bool, lock: SupervisorLock, screen: Screen, crew: Crew) -> None:
        self.plan, self.demo, self.browser = plan, demo, browser
        self._lock, self._screen, self._crew, self.state = lock, screen, crew, crew.state
        self._own_database = False
        self._values: dict[str, str] = {}
        self.host = os.environ.get("HOST") or "127.0.0.1"
        self.port = 0

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://{self.host}:{self.port}"

    def run(self) -> int:
        """Open the hospital and stay until asked to stop; the exit status."""
        try:
            self._open()
            while True:
                self._crew.pause()
                self._crew.look_after()
        except StopRequested:
            return 0
        except EngineProblem as problem:
            self._screen.say(f"\n{problem}")
            return 1
        finally:
            self._screen.say("")
            self._crew.send_home()
            environment.remove(self.state)
            self._screen.state("hospital", "closed")

    def _open(self) -> None:
        self._crew.end_leftovers()
        self.port = self._choose_port()
        self._start_engines()
        tables = self._begin_tables()
        pages = self._crew.start(self.plan.web(self.host, self.port))
        seeding = self._begin_seeding()
        self._finish_tables(tables)
        if seeding:
            seeding.end_input()
        self._wait_for_pages(pages)
        self._wait_for_patients(seeding)
        for duty in self.plan.background:
            self._crew.start(duty)
        self._lock.announce(self.address)
        self._welcome()
        self._fill()

    def _choose_port(self) -> int:
        wanted = os.environ.get("PORT")
        if wanted and not wanted.isdecimal():
            raise EngineProblem(f"PORT is {wanted!r}, which is not a number: say PORT=9000, for example.")
        port = int(wanted or _USUAL_PORT)
        if is_free(port):
            return port
        if wanted:
            raise EngineProblem(f"Port {port} is taken by another program: stop it, or say PORT= and another number.")
        port = free_port()
        self._screen.state("web", f"port {_USUAL_PORT} is taken by another program, so the pages will be on {port}")
        return port

    def _start_engines(self) -> None:
        engines = needed_engines(self.state)
        self._own_database = engines.database is not None
        self._crew.start_engines(engines)
        self._values = engines.environment(demo=self.demo)
        environment.write(self.state, self._values)
        self._crew.give(self._values)

    def _begin_tables(self) -> Program | None:
        """Collect static files, and migrate and grant meanwhile; None when nothing changed since the last time.

        The web server reads the static files when it starts, and it and the seeding find Python compiled by then.
        """
        now = preparation.fingerprint()
        if self._own_database and preparation.remembered(self.state, "prepared") == now:
            return None
        preparation.remember(self.state, "preparing", now)
        self._screen.state("tables", "migrating, and collecting static files")
        tasks = {name: self._crew.start_task(name, arguments) for name, arguments in self.plan.preparing.items()}
        tables = tasks.pop("tables")
        for name, program in tasks.items():
            self._crew.wait_for_task(name, program)
        return tables

    def _finish_tables(self, tables: Program | None) -> None:
        if tables:
            self._crew.wait_for_task("tables", tables)
            self._screen.state("tables", "ready")
            preparation.remember(self.state, "prepared", preparation.remembered(self.state, "preparing"))

    def _begin_seeding(self) -> Program | None:
        """It reads the code tables while the database is still made, and waits for the end of its input."""
        if self._seeded() in {preparation.USABLE, preparation.COMPLETE}:
            return None
        preparation.remember(self.state, "seeding", preparation.STARTED)
        self._screen.state("demo", "reading the code tables")
        return self._crew.start_task("demo", self.plan.seeding, waits=True)

    def _seeded(self) -> str:
        """How far the demo is; a hospital that somebody else opened is complete."""
        known = preparation.remembered(self.state, "seeding")
        if not self.demo or known:
            return known or preparation.COMPLETE
        found = preparation.has_facility(self._values.get("DATABASE_OWNER_URL") or self._values["DATABASE_URL"])
        return preparation.COMPLETE if found else ""

    def _wait_for_pages(self, pages: Watched) -> None:
        for _ in range(_PATIENCE):
            if _answers(self.address):
                self._screen.state("web", f"answers on {self.address}")
                return
            self._crew.pause()
            if pages.program and pages.program.ended() is not None:
                raise EngineProblem(f"The web server ended at once: {pages.program.last_words(1)} (log: {pages.program.log}).")
        raise EngineProblem(f"The web server does not answer within a minute (log: {self.state / 'web.log'}).")

    def _wait_for_patients(self, seeding: Program | None) -> None:
        """Show what the seeding prints until it ends."""
        told = 0
        while seeding is not None:
            ended, lines = seeding.ended() is not None, preparation.progress(seeding.log)
            for line in lines[told:]:
                self._screen.state("demo", line)
            told = len(lines)
            if ended:
                self._crew.wait_for_task("demo", seeding)
                preparation.remember(self.state, "seeding", preparation.USABLE)
                return
            self._crew.pause()

    def _fill(self) -> None:
        if self.demo and self._seeded() == preparation.USABLE:
            self._screen.state("filling", "more patients arrive meanwhile")
            done = preparation.COMPLETE
            self._crew.start_task("filling", self.plan.filling, then=lambda: preparation.remember(self.state, "seeding", done))

    def _welcome(self) -> None:
        self._screen.say(f"\nThe hospital is open: {self.address}   (after {self._screen.elapsed:.1f} s)")
        logins = self.state / "logins"
        if self.demo and logins.is_file():
            self._screen.say("\n" + logins.read_text().rstrip())
        self._screen.say(f"\nLogs: {self.state}\nCtrl+C closes the hospital; what was done in it is kept.\n")
        if self.browser and _has_display():
            webbrowser.open(self.address)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False


def _has_display() -> bool:
    shown = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return shown and sys.stdout.isatty()
