"""``python -m coding_workflow.embedded``: the hospital on one machine, and engines for tests."""

import argparse
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg2

from . import environment
from .crew import Crew
from .duties import Plan
from .engines import running_engines
from .lock import AlreadyRunning, SupervisorLock
from .paths import state_dir
from .postgres import Postgres
from .problems import EngineProblem
from .roles import APPLICATION, DATABASE, OWNER, Passwords, make_roles
from .screen import Screen
from .stopping import StopSignals
from .supervisor import Supervisor
from .system import carrying_mark, die_with_parent, end_all


def up(options: argparse.Namespace) -> int:
    """Open the hospital; a second start says where the first one is."""
    signals, screen, state = StopSignals(), Screen(), state_dir()
    signals.install()
    try:
        with SupervisorLock(state) as lock:
            crew = Crew(state=state, screen=screen, signals=signals)
            return Supervisor(plan=Plan(), demo=options.demo, browser=options.browser, lock=lock, screen=screen, crew=crew).run()
    except AlreadyRunning as other:
        where = f"It answers on {other}" if str(other) else "It is still opening"
        screen.say(f"The hospital is open already. {where}; close it with Ctrl+C in its terminal.")
        return 0


def engines(_options: argparse.Namespace) -> int:
    """Start only the engines, print the variables, and keep them until this process or its parent ends."""
    die_with_parent()
    state = state_dir()
    signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with SupervisorLock(state), running_engines(state, durable=True) as running:
        environment.write(state, running.environment())
        print(environment.export_lines(running.environment()), flush=True)
        signal.sigwait(signals)
        environment.remove(state)
    return 0


def run(options: argparse.Namespace) -> int:
    """Run a command on engines of its own (or on the operator's servers); its exit status is ours."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        print("Say which command to run: python -m coding_workflow.embedded run -- pytest", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="coding-") as folder, running_engines(Path(folder)) as running:
        try:
            return _foreground(command, {**os.environ, **running.environment()})
        finally:
            if running.database:
                running.database.stop()
                running.database.forget()


def _foreground(command: Sequence[str], values: dict[str, str]) -> int:
    # Ctrl+C reaches the command by itself: it is in the terminal's group.  SIGTERM is handed on.
    child = subprocess.Popen(list(command), env=values)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: child.send_signal(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = child.wait()
    return status if status >= 0 else 128 - status


def env(_options: argparse.Namespace) -> int:
    """Print the running hospital's variables as export lines: eval "$(python -m coding_workflow.embedded env)"."""
    values = environment.read(state_dir())
    if not values:
        print("The hospital is closed: open it with 'make demo' or 'make engines' first.", file=sys.stderr)
        return 1
    print(environment.export_lines(values))
    return 0


def roles(options: argparse.Namespace) -> int:
    """Make both roles and the database on a server of your own, and print their addresses as export lines."""
    passwords = Passwords(owner=_password("OWNER_PASSWORD"), application=_password("APPLICATION_PASSWORD"))
    try:
        make_roles(options.superuser, passwords, database=options.database)
    except psycopg2.OperationalError as refused:
        raise EngineProblem(f"The server does not let the superuser in: {str(refused).strip().splitlines()[0]}") from refused
    server = urlsplit(options.superuser)
    where = server.netloc.rpartition("@")[2]
    addresses = {
        "DATABASE_URL": f"postgresql://{APPLICATION}:{quote(passwords.application)}@{where}/{options.database}",
        "DATABASE_OWNER_URL": f"postgresql://{OWNER}:{quote(passwords.owner)}@{where}/{options.database}",
    }
    print(environment.export_lines(addresses))
    return 0


def _password(variable: str) -> str:
    return os.environ.get(variable) or secrets.token_urlsafe(24)


def forget(_options: argparse.Namespace) -> int:
    """Delete database, broker and logs of this checkout's hospital."""
    state = state_dir()
    try:
        with SupervisorLock(state):
            end_all(lambda: carrying_mark(state), gentle=signal.SIGTERM, seconds=5)
            database = Postgres(state)
            database.end_leftovers()
            database.forget()
            shutil.rmtree(state, ignore_errors=True)
    except AlreadyRunning:
        print("The hospital is open: close it first, with Ctrl+C in its terminal.", file=sys.stderr)
        return 1
    print("Forgotten. The next 'make demo' begins anew.")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m coding_workflow.embedded", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    opening = _command(commands, up)
    opening.add_argument("--demo", action="store_true", help="fill an empty database with a demo hospital")
    opening.add_argument("--no-browser", dest="browser", action="store_false", help="do not open a browser window")
    _command(commands, engines)
    _command(commands, env)
    _command(commands, forget)
    making = _command(commands, roles)
    making.add_argument("--superuser", required=True, metavar="URL", help="postgresql://postgres@127.0.0.1:5432/postgres, say")
    making.add_argument("--database", default=DATABASE, help="its name (%(default)s)")
    _command(commands, run).add_argument("command", nargs=argparse.REMAINDER, help="-- and the command")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", function: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = commands.add_parser(function.__name__, help=(function.__doc__ or "").splitlines()[0])
    parser.set_defaults(function=function)
    return parser


def main() -> int:
    """Do what the command line asks; problems are one sentence."""
    options = _arguments().parse_args()
    try:
        return int(options.function(options))
    except AlreadyRunning as other:
        print(f"Engines of this checkout run already. {other}".strip(), file=sys.stderr)
    except EngineProblem as problem:
        print(problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
