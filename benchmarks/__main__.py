"""``python -m benchmarks [--accounts N] [--seconds S] [--json FILE] [name ...]``: ratios to a null view of the same run."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg2

from coding_workflow.embedded.engines import Engines, running_engines
from coding_workflow.embedded.environment import DEMO_BUSINESS_DATE
from coding_workflow.embedded.problems import EngineProblem

from .database import private_database

MOST_ACCOUNTS: Final = 10_000_000
MOST_CODERS: Final = 500
MOST_STORED: Final = 200_000
MOST_WEB: Final = 32


def main() -> int:
    """Measure on engines of its own, or on the servers of DATABASE_URL and DATABASE_OWNER_URL."""
    options = _options()
    # Ended from outside, the run still drops its database.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with _folder(options.keep) as folder, running_engines(folder, durable=True) as engines:
            try:
                return _run(options, engines)
            finally:
                if not options.keep:
                    _forget(engines)
    except (EngineProblem, psycopg2.OperationalError) as problem:
        print(problem, file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, engines: Engines) -> int:
    values = engines.environment()
    if "DATABASE_OWNER_URL" not in values:
        print("DATABASE_OWNER_URL is needed beside DATABASE_URL: the owner makes the database of the run.", file=sys.stderr)
        return 2
    with private_database(values, kept=bool(options.keep)) as addresses:
        static = str(engines.state / "static")
        ours = {"BUSINESS_DATE": DEMO_BUSINESS_DATE, "STATIC_ROOT": static, "LOG_LEVEL": "WARNING", "PLAIN_HTTP": "1"}
        os.environ.update({**values, **addresses, **ours, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"})
        import django  # noqa: PLC0415 - settings are read now that the environment names the database

        django.setup()
        from .session import run  # noqa: PLC0415 - models can be imported from here on

        return run(options, engines.state)


@contextmanager
def _folder(kept: str | None) -> Iterator[Path]:
    """Where the engines live: a folder that a later run finds again, or one that goes with this run."""
    if kept:
        folder = Path(kept).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder_of_the_run:
        yield Path(folder_of_the_run)


def _forget(engines: Engines) -> None:
    if engines.database:
        engines.database.stop()
        engines.database.forget()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="only figures that begin with one of these")
    parser.add_argument("--accounts", type=int, default=20_000, help=f"bulk accounts, up to {MOST_ACCOUNTS:,} (%(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="about how long to measure (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write everything there as well")
    parser.add_argument(
        "--crowd", type=int, nargs="?", const=100, default=0, metavar="N", help="then so many coders at once on one queue (100)"
    )
    parser.add_argument("--claims", type=int, default=10_000, help="of the crowd, about so many (%(default)s)")
    parser.add_argument("--crowd-seconds", type=float, default=240, help="and no longer than this (%(default)s)")
    parser.add_argument(
        "--messages", type=int, default=400, metavar="N", help="of feeds, about so many in all; 100000 for memory (%(default)s)"
    )
    parser.add_argument(
        "--bulk",
        type=int,
        nargs="?",
        const=4_000,
        default=0,
        metavar="N",
        help="then check so many accounts again from stored facts, and test a rule on them (4,000)",
    )
    parser.add_argument("--pairs", type=int, default=2_500_000, help="before it, load so many NCCI pairs (%(default)s)")
    parser.add_argument("--web", type=int, default=1, metavar="N", help="processes of the web server (%(default)s)")
    parser.add_argument(
        "--keep",
        metavar="FOLDER",
        help="engines and accounts stay in this folder: filled when it is new, measured as it is later",
    )
    options = parser.parse_args()
    if not 0 <= options.crowd <= MOST_CODERS:
        parser.error(f"--crowd is a number up to {MOST_CODERS}")
    if not 400 <= options.accounts <= MOST_ACCOUNTS:
        parser.error(f"--accounts is a number from 400 to {MOST_ACCOUNTS:,}")
    if options.bulk and not 200 <= options.bulk <= MOST_STORED:
        parser.error(f"--bulk is a number from 200 to {MOST_STORED:,}")
    if options.pairs and not 1_000 <= options.pairs <= 5_000_000:
        parser.error("--pairs is 0 or a number from 1,000 to 5,000,000")
    if not 1 <= options.web <= MOST_WEB:
        parser.error(f"--web is a number from 1 to {MOST_WEB}")
    return options


if __name__ == "__main__":
    sys.exit(main())
