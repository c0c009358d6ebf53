"""The database and the broker together: those that the operator did not give."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .environment import common, given, operators_choice
from .postgres import Postgres
from .valkey import Valkey


@dataclass
class Engines:
    """What runs for one state folder; None stands for a server of the operator's own."""

    state: Path
    database: Postgres | None
    broker: Valkey | None

    def start(self) -> None:
        """Start both at once and wait for both; raises EngineProblem and leaves nothing behind."""
        try:
            for engine in (self.database, self.broker):
                if engine:
                    engine.launch()
            for engine in (self.broker, self.database):
                if engine:
                    engine.wait_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both, the broker first."""
        for engine in (self.broker, self.database):
            if engine:
                engine.stop()

    def addresses(self) -> dict[str, str]:
        """DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL, the operator's or the engines'."""
        own: dict[str, str] = {}
        if self.database:
            own = {"DATABASE_URL": self.database.application_url(), "DATABASE_OWNER_URL": self.database.owner_url()}
        if self.broker:
            own["REDIS_URL"] = self.broker.url()
        names = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
        return {name: own.get(name) or os.environ[name] for name in names if own.get(name) or given(name)}

    def environment(self, *, demo: bool = False) -> dict[str, str]:
        """Every variable that the application needs."""
        return {**self.addresses(), **operators_choice(common(self.state, demo=demo))}


def needed_engines(state: Path, *, durable: bool = True) -> Engines:
    """The engines for which the operator gave no address, not yet started."""
    database = None if given("DATABASE_URL") else Postgres(state, durable=durable)
    broker = None if given("REDIS_URL") else Valkey(state, durable=durable)
    return Engines(state=state, database=database, broker=broker)


@contextmanager
def running_engines(state: Path, *, durable: bool = False) -> Iterator[Engines]:
    """Engines for the length of a ``with`` block, for tests; call it from the main thread.

    They end with the block, and by the kernel when this process is killed.
    """
    engines = needed_engines(state, durable=durable)
    engines.start()
    try:
        yield engines
    finally:
        engines.stop()
