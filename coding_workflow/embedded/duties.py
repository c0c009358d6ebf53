"""The processes of the hospital, and how each is started."""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Duty:
    """A process that runs as long as the hospital is open; it gets ``patience`` seconds to stop."""

    name: str
    arguments: tuple[str, ...]
    patience: float


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def management(*arguments: str) -> tuple[str, ...]:
    """A command of ``manage.py`` with this Python."""
    return (sys.executable, "manage.py", *arguments)


def web(host: str, port: int) -> Duty:
    """The pages."""
    options = ("--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1", "--blocking-threads", "8")
    limits = ("--backlog", "256", "--workers-kill-timeout", "5", "--respawn-failed-workers")
    return Duty("web", (_tool("granian"), *options, *limits, "coding_workflow.wsgi:application"), patience=8)


def relay() -> Duty:
    """The relay, which rings the workers' bell."""
    return Duty("relay", management("relay"), patience=5)


def worker() -> Duty:
    """The checks and all other work for later."""
    options = ("-Q", "interactive,bulk", "--pool", "prefork", "-c", "2", "--loglevel", "INFO")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return Duty("worker", (_tool("celery"), "-A", "coding_workflow.celery", "worker", *options, *quiet), patience=10)
