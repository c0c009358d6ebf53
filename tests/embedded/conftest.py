"""A state folder for each test, with nothing left of it afterwards, and no servers of the operator's."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coding_workflow.embedded.postgres import Postgres
from coding_workflow.embedded.valkey import Valkey

GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PORT", "HOST", "SECRET_KEY", "AUDIT_SEAL_DIR", "STATIC_ROOT")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="coding-test-"))
    yield folder
    for engine in (Postgres(folder), Valkey(folder)):
        engine.end_leftovers()
        engine.forget()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder as of a person who set no variable at all."""
    # The test's own patch: a second one would end before it, and the test's would then delete what it had put back.
    with _folder() as folder:
        for name in GIVEN:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("CODING_STATE_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    """A running private PostgreSQL, for tests that only ask it."""
    with _folder() as folder:
        engine = Postgres(folder, durable=False)
        engine.start()
        yield engine
        engine.stop(3)


def only_as_root() -> pytest.MarkDecorator:
    """For traps that only root can fall into."""
    return pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the database as somebody else")
