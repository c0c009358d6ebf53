"""The running processes of a hospital: started, watched, started again when they die, and sent home."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from .duties import Duty
from .engines import Engines
from .paths import CHECKOUT
from .postgres import Postgres
from .problems import EngineProblem
from .programs import Program, start
from .screen import Screen
from .stopping import StopSignals
from .system import MARK, carrying_mark, end_all
from .valkey import Valkey
from .watch import Watched

_STEP = 0.1


class Crew:
    """Everything that runs for one state folder, in the order in which it was started."""

    def __init__(self, *, state: Path, screen: Screen, signals: StopSignals) -> None:
        self.state, self._screen, self._signals = state, screen, signals
        self._values: Mapping[str, str] = {}
        self._watched: list[Watched] = []
        self._patience: dict[str, float] = {}
        self._passing: list[tuple[str, Program]] = []
        self._then: dict[str, Callable[[], None]] = {}
        self._engines: Engines | None = None

    def end_leftovers(self) -> None:
        """End what a supervisor that was killed left running."""
        end_all(lambda: carrying_mark(self.state), gentle=signal.SIGTERM, seconds=5)

    def pause(self) -> None:
        """A moment; raises StopRequested when somebody asked to stop."""
        self._signals.check()
        time.sleep(_STEP)

    # -------------------------------------------------------------- starting

    def start_engines(self, engines: Engines) -> None:
        """Start the engines and watch them."""
        self._engines = engines
        pairs = (("database", engines.database), ("broker", engines.broker))
        for name, engine in pairs:
            self._screen.state(name, "starting" if engine else "yours, by environment variable")
        engines.start()
        for name, engine in pairs:
            if engine:
                self._screen.state(name, "ready")
                self._watched.append(Watched(name, begin=_restarter(engine), program=engine.program))

    def give(self, values: Mapping[str, str]) -> None:
        """The variables of everybody who starts from now on."""
        self._values = values

    def start(self, duty: Duty) -> Watched:
        """Start a process that stays."""
        self._patience[duty.name] = duty.patience
        watched = Watched(duty.name, begin=lambda: self._program(duty.name, duty.arguments))
        watched.start()
        self._watched.append(watched)
        self._screen.state(duty.name, "started")
        return watched

    def start_task(
        self, name: str, arguments: tuple[str, ...], *, then: Callable[[], None] | None = None, waits: bool = False
    ) -> Program:
        """Start a process that ends by itself, with a fresh log; ``then`` follows its success while we watch.

        With ``waits`` its standard input stays open until ``Program.end_input``.
        """
        (self.state / f"{name}.log").unlink(missing_ok=True)
        program = self._program(name, arguments, waits=waits)
        self._passing.append((name, program))
        if then:
            self._then[name] = then
        return program

    def wait_for_task(self, name: str, program: Program) -> None:
        """Wait for its end; a failure is a problem of the whole hospital."""
        while program.ended() is None:
            self.pause()
        self._passing.remove((name, program))
        if program.ended() != 0:
            self._screen.excerpt(program.last_words(12))
            raise EngineProblem(f"The step '{name}' failed, so the hospital stays closed; the whole log is {program.log}.")

    def _program(self, name: str, arguments: tuple[str, ...], *, waits: bool = False) -> Program:
        values = {**os.environ, **self._values, **_python_habits(self.state), MARK: str(self.state.resolve())}
        return start(arguments, log=self.state / f"{name}.log", environment=values, folder=CHECKOUT, waits=waits)

    # -------------------------------------------------------------- watching

    def look_after(self) -> None:
        """Start again who died; note which tasks are done."""
        for watched in self._watched:
            if watched.program and watched.program.ended() is not None:
                self._mourn(watched, watched.program)
            elif watched.due():
                self._screen.state(watched.name, "starting again")
                self._try_again(watched)
        for name, program in [pair for pair in self._passing if pair[1].ended() is not None]:
            self._passing.remove((name, program))
            self._note_end(name, program)

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

    def _note_end(self, name: str, program: Program) -> None:
        if program.ended() == 0:
            self._then.pop(name, _nothing)()
            self._screen.state(name, "complete")
            return
        self._screen.state(name, f"ended early; what has arrived can be used (log: {program.log})")
        self._screen.excerpt(program.last_words())

    # -------------------------------------------------------------- stopping

    def send_home(self) -> None:
        """Stop everything in reverse order and leave nothing; a second request to stop ends the patience."""
        people = [(one.name, one.program) for one in self._watched if one.name in self._patience] + list(self._passing)
        for _name, program in people:
            if program:
                program.ask_to_stop()
        for name, program in reversed(people):
            if program:
                self._see_off(program, self._patience.get(name, 5))
                self._screen.state(name, "stopped")
        self._stop_engines()
        end_all(lambda: carrying_mark(self.state), gentle=signal.SIGTERM, seconds=2)

    def _see_off(self, program: Program, patience: float) -> None:
        for _ in range(int(patience / _STEP)):
            if self._signals.insisted() or program.wait(_STEP):
                break
        program.end_group()

    def _stop_engines(self) -> None:
        if self._engines and self._engines.broker:
            self._engines.broker.stop()
            self._screen.state("broker", "stopped")
        if self._engines and self._engines.database:
            self._engines.database.stop(0.5 if self._signals.insisted() else 15)
            self._screen.state("database", "stopped")


def _python_habits(state: Path) -> dict[str, str]:
    """Lines are printed at once; and no process compiles what another one compiled.

    Who wants no compiled files beside the sources (as containers do) gets them in the state folder: without any, each of
    the hospital's processes would start a second later.
    """
    habits = {"PYTHONUNBUFFERED": "1"}
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        habits |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(state / "compiled")}
    return habits


def _nothing() -> None:
    return None


def _restarter(engine: Postgres | Valkey) -> Callable[[], Program]:
    def begin() -> Program:
        engine.start()
        if engine.program is None:
            raise EngineProblem("It did not stay.")
        return engine.program

    return begin
