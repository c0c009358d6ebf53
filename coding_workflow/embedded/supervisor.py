"""One command that opens the hospital: engines, tables, pages, relay, worker, and their end."""

import os
import signal
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from pathlib import Path

from . import environment, preparation
from .duties import Duty, management, relay, web, worker
from .engines import Engines, needed_engines
from .lock import SupervisorLock
from .paths import CHECKOUT
from .postgres import Postgres
from .problems import EngineProblem
from .programs import Program, start
from .screen import Screen
from .stopping import StopRequested, StopSignals
from .system import MARK, carrying_mark, end_all
from .valkey import Valkey, free_port, is_free
from .watch import Watched

_STEP = 0.1


class Supervisor:
    """Opens, watches and closes one hospital. Every step looks for a request to stop before it goes on."""

    def __init__(
        self, *, state: Path, demo: bool, browser: bool, lock: SupervisorLock, screen: Screen, signals: StopSignals
    ) -> None:
        self.state, self.demo, self.browser = state, demo, browser
        self._lock, self._screen, self._signals = lock, screen, signals
        self._engines: Engines | None = None
        self._values: dict[str, str] = {}
        self._watched: list[Watched] = []
        self._passing: list[Program] = []
        self._patience: dict[str, float] = {}
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
                self._pause()
                self._look_after()
        except StopRequested:
            return 0
        except EngineProblem as problem:
            self._screen.say(f"\n{problem}")
            return 1
        finally:
            self._close()

    # -------------------------------------------------------------- opening

    def _open(self) -> None:
        end_all(lambda: carrying_mark(self.state), gentle=signal.SIGTERM, seconds=5)
        self.port = self._choose_port()
        self._forget_half_a_demo()
        self._start_engines()
        self._prepare()
        self._start(web(self.host, self.port))
        seed = self._begin_seeding()
        self._wait_for_pages()
        self._wait_for_patients(seed)
        for duty in (relay(), worker()):
            self._start(duty)
        self._lock.announce(self.address)
        self._welcome()

    def _choose_port(self) -> int:
        wanted = os.environ.get("PORT")
        if wanted and not wanted.isdecimal():
            raise EngineProblem(f"PORT is {wanted!r}, which is not a number: say PORT=9000, for example.")
        port = int(wanted or 8000)
        if is_free(port):
            return port
        if wanted:
            raise EngineProblem(f"Port {port} is taken by another program: stop it, or say PORT= and another number.")
        port = free_port()
        self._screen.state("web", f"port 8000 is taken by another program, so the pages are on {port}")
        return port

    def _forget_half_a_demo(self) -> None:
        if not self.demo or preparation.remembered(self.state, "seeding") != preparation.STARTED:
            return
        engines = needed_engines(self.state)
        if engines.database:
            self._screen.state("database", "the demo's first start was interrupted; it begins anew")
            engines.database.launch()
            engines.database.stop()
            engines.database.forget()
            for name in ("seeding", "prepared"):
                (self.state / name).unlink(missing_ok=True)

    def _start_engines(self) -> None:
        engines = self._engines = needed_engines(self.state)
        for name, engine in (("database", engines.database), ("broker", engines.broker)):
            self._screen.state(name, "starting" if engine else "yours, by environment variable")
        engines.start()
        for name, engine in (("database", engines.database), ("broker", engines.broker)):
            if engine:
                self._screen.state(name, "ready")
                self._watched.append(Watched(name, begin=_restarter(engine), program=engine.program))
        self._values = engines.environment(demo=self.demo)
        environment.write(self.state, self._values)

    def _prepare(self) -> None:
        now = preparation.fingerprint()
        own = self._engines is not None and self._engines.database is not None
        if own and preparation.remembered(self.state, "prepared") == now:
            return
        self._screen.state("tables", "migrating, and collecting static files")
        steps = [self._pass("tables", "provision"), self._pass("static", "collectstatic", "--noinput", "--verbosity", "0")]
        for name, program in zip(("tables", "static"), steps, strict=True):
            self._wait_for_end(name, program)
        self._screen.state("tables", "ready")
        preparation.remember(self.state, "prepared", now)

    def _begin_seeding(self) -> Program | None:
        if not self.demo or preparation.remembered(self.state, "seeding") in {preparation.USABLE, preparation.FINISHED}:
            return None
        if preparation.has_facility(self._values.get("DATABASE_OWNER_URL") or self._values["DATABASE_URL"]):
            return None
        preparation.remember(self.state, "seeding", preparation.STARTED)
        self._screen.state("demo", "the first patients arrive")
        return self._pass("demo", "seed_demo")

    def _wait_for_pages(self) -> None:
        watched = self._watched[-1]
        for _ in range(int(60 / _STEP)):
            if _answers(self.address):
                self._screen.state("web", f"answers on {self.address}")
                return
            self._pause()
            if watched.program and watched.program.ended() is not None:
                raise EngineProblem(
                    f"The web server ended at once: {watched.program.last_words(1)} (log: {watched.program.log})."
                )
        raise EngineProblem(f"The web server does not answer within a minute (log: {self.state / 'web.log'}).")

    def _wait_for_patients(self, seed: Program | None) -> None:
        """Show what the seeding prints, until it says READY (the rest goes on meanwhile) or ends."""
        if seed is None:
            return
        told = 0
        while True:
            ended, lines = seed.ended(), _lines(seed.log)
            for line in lines[told:]:
                self._screen.state("demo", line)
            told = len(lines)
            if ended is not None:
                self._wait_for_end("demo", seed)
                preparation.remember(self.state, "seeding", preparation.FINISHED)
                return
            if any(line.startswith("READY") for line in lines):
                preparation.remember(self.state, "seeding", preparation.USABLE)
                return
            self._pause()

    def _welcome(self) -> None:
        self._screen.say(f"\nThe hospital is open: {self.address}   (after {self._screen.elapsed:.1f} s)")
        logins = self.state / "logins"
        if self.demo and logins.is_file():
            self._screen.say("\n" + logins.read_text().rstrip())
        self._screen.say(f"\nLogs: {self.state}\nCtrl+C closes the hospital; what was done in it is kept.\n")
        if self.browser and _has_display():
            webbrowser.open(self.address)

    # -------------------------------------------------------------- watching

    def _look_after(self) -> None:
        for watched in self._watched:
            program = watched.program
            if program and program.ended() is not None:
                self._mourn(watched, program)
            elif watched.due():
                self._screen.state(watched.name, "starting again")
                self._try_again(watched)
        for seed in [program for program in self._passing if program.ended() is not None]:
            self._note_end_of_seeding(seed)

    def _note_end_of_seeding(self, seed: Program) -> None:
        self._passing.remove(seed)
        if seed.ended() == 0:
            self._screen.state("demo", "complete")
        else:
            self._screen.state("demo", f"ended early; what has arrived can be used (log: {seed.log})")
            self._screen.excerpt(seed.last_words())
        preparation.remember(self.state, "seeding", preparation.FINISHED)

    def _mourn(self, watched: Watched, program: Program) -> None:
        program.end_group()
        self._screen.state(watched.name, f"ended unexpectedly ({program.ended()})")
        self._screen.excerpt(program.last_words())
        if watched.note_death() is None:
            self._screen.state(watched.name, f"keeps ending and is left alone; the log is {program.log}. The rest goes on.")

    def _try_again(self, watched: Watched) -> None:
        try:
            watched.start()
        except EngineProblem as problem:
            self._screen.state(watched.name, str(problem))
            watched.note_death()

    # -------------------------------------------------------------- closing

    def _close(self) -> None:
        self._screen.say("")
        everybody = [(watched.name, watched.program) for watched in self._watched] + [("task", one) for one in self._passing]
        people = [(name, program) for name, program in everybody if program and name not in {"database", "broker"}]
        for _name, program in people:
            program.ask_to_stop()
        for name, program in reversed(people):
            self._see_off(program, self._patience.get(name, 5))
            self._screen.state(name, "stopped")
        if self._engines:
            self._close_engines(self._engines)
        end_all(lambda: carrying_mark(self.state), gentle=signal.SIGTERM, seconds=2)
        environment.remove(self.state)
        self._screen.state("hospital", "closed")

    def _see_off(self, program: Program, patience: float) -> None:
        for _ in range(int(patience / _STEP)):
            if self._signals.insisted() or program.wait(_STEP):
                break
        program.end_group()

    def _close_engines(self, engines: Engines) -> None:
        if engines.broker:
            engines.broker.stop()
            self._screen.state("broker", "stopped")
        if engines.database:
            engines.database.stop(0.5 if self._signals.insisted() else 15)
            self._screen.state("database", "stopped")

    # -------------------------------------------------------------- programs

    def _pause(self) -> None:
        self._signals.check()
        time.sleep(_STEP)

    def _program(self, name: str, arguments: tuple[str, ...]) -> Program:
        values = {**os.environ, **self._values, MARK: str(self.state.resolve()), "PYTHONUNBUFFERED": "1"}
        return start(arguments, log=self.state / f"{name}.log", environment=values, folder=CHECKOUT)

    def _start(self, duty: Duty) -> None:
        self._patience[duty.name] = duty.patience
        watched = Watched(duty.name, begin=lambda: self._program(duty.name, duty.arguments))
        watched.start()
        self._watched.append(watched)
        self._screen.state(duty.name, "started")

    def _pass(self, name: str, *arguments: str) -> Program:
        (self.state / f"{name}.log").unlink(missing_ok=True)
        program = self._program(name, management(*arguments))
        self._passing.append(program)
        return program

    def _wait_for_end(self, name: str, program: Program) -> None:
        while program.ended() is None:
            self._pause()
        if program.ended() != 0:
            self._screen.excerpt(program.last_words(12))
            raise EngineProblem(f"The step '{name}' failed, so the hospital stays closed; the whole log is {program.log}.")
        self._passing.remove(program)


def _restarter(engine: Postgres | Valkey) -> Callable[[], Program]:
    def begin() -> Program:
        engine.start()
        if engine.program is None:
            raise EngineProblem("An engine did not stay.")
        return engine.program

    return begin


def _lines(log: Path) -> list[str]:
    if not log.is_file():
        return []
    # A line counts when it is whole; log lines of the application are JSON and not for this screen.
    text = log.read_text(errors="replace").rpartition("\n")[0]
    return [line for line in text.splitlines() if line.strip() and not line.startswith("{")]


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
