"""Databases, and the cast: Ana codes, Ben reviews, Cleo supervises, Bill bills, Ada administers, Cora audits, Dov is refused."""

import itertools
import os
from collections.abc import Iterator

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
os.environ.setdefault("PLAIN_HTTP", "1")
os.environ.setdefault("BUSINESS_DATE", "2026-09-30")

import pytest
from pytest_django import DjangoDbBlocker

from tests import databases
from tests.cast import Cast, build_cast

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One migrated template per worker, and one copy of it for tests that roll back."""
    with django_db_blocker.unblock():
        home = databases.current_name()
        databases.build_template()
        name = f"{databases.PREFIX}_shared"
        databases.create_database(name, template=databases.TEMPLATE)
        databases.point_at(name)
        yield
        databases.point_at(home)
        databases.drop_database(name)
        databases.drop_database(databases.TEMPLATE)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of its own for a test that commits, starts threads or processes; answers its name."""
    with django_db_blocker.unblock(), databases.private_database(f"{databases.PREFIX}_{next(_NUMBERS)}") as name:
        yield name


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Cast:
    """Facility MAIN, payers, queues and people; uses ``committed_db`` when the test has it, else ``db``."""
    request.getfixturevalue("committed_db" if "committed_db" in request.fixturenames else "db")
    return build_cast()
