"""The processes of the hospital, and how each is started."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Duty:
    """A process that runs as long as the hospital is open; it gets ``patience`` seconds to stop."""

    name: str
    arguments: tuple[str, ...]
    patience: float


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _management(*arguments: str) -> tuple[str, ...]:
    # Checks are for `manage.py check` and deployments; here they would cost each process a third of a second.
    return (sys.executable, "manage.py", *arguments, "--skip-checks")


def web(host: str, port: int, processes: int = 1) -> Duty:
    """The pages, by so many processes of eight threads each."""
    options = ("--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(processes), "--blocking-threads", "8")
    limits = ("--backlog", "256", "--workers-kill-timeout", "5", "--respawn-failed-workers")
    return Duty("web", (_tool("granian"), *options, *limits, "coding_workflow.wsgi:application"), patience=8)


def relay() -> Duty:
    """The relay, which rings the workers' bell."""
    return Duty("relay", _management("relay"), patience=5)


def worker(processes: int = 2) -> Duty:
    """The checks and all other work for later."""
    options = ("-Q", "interactive,bulk", "--pool", "prefork", "-c", str(processes), "--loglevel", "INFO")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return Duty("worker", (_tool("celery"), "-A", "coding_workflow.celery", "worker", *options, *quiet), patience=10)


def feeds() -> Duty:
    """The MLLP listeners and watched folders, a process for each; they finish the message in hand."""
    return Duty("feeds", _management("feeds"), patience=10)


def _preparing() -> dict[str, tuple[str, ...]]:
    return {"tables": _management("provision"), "static": _management("collectstatic", "--noinput", "--verbosity", "0")}


@dataclass(frozen=True)
class Plan:
    """What a hospital is made of; another one stands in for it in the tests of the supervisor.

    The demo is seeded twice: with enough to work on before it opens, and with the rest while it is open. Both may be
    repeated. ``seeding`` is started before there are tables and told by the end of its standard input that they are there.
    """

    web: Callable[[str, int], Duty] = web
    background: tuple[Duty, ...] = field(default_factory=lambda: (relay(), worker(), feeds()))
    preparing: Mapping[str, tuple[str, ...]] = field(default_factory=_preparing)
    seeding: tuple[str, ...] = field(default_factory=lambda: _management("seed_demo", "--once-told", "--opening"))
    filling: tuple[str, ...] = field(default_factory=lambda: ("nice", *_management("seed_demo")))
