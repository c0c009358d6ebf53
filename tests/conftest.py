"""Databases, and the cast: Ana codes, Ben reviews, Cleo supervises, Bill bills, Ada administers, Cora audits, Dov is refused."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from coding_workflow.staff import middleware
from tests import databases
from tests.cast import Cast, build_cast
from tests.tables import load_code_tables

_NUMBERS = itertools.count(1)
#: What leads to the servers of DATABASE_URL and REDIS_URL (``cast`` asks for a database by name).
_SERVERS = frozenset({"django_db_setup", "cast"})
#: What counts queries.
_COUNTING = frozenset({"django_assert_max_num_queries", "django_assert_num_queries"})

# How busy the machine is says nothing about the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What says the same beside any server is left out of a second run by ``-m "not once"``.

    That is what asks none, and what looks at pages; a journey with real processes is travelled on both.
    """
    for item in items:
        asks = not _SERVERS.isdisjoint(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db")
        looks = item.get_closest_marker("browser") and not item.get_closest_marker("processes")
        if looks or not asks:
            item.add_marker(pytest.mark.once)


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
        for each in (name, databases.CODED_TEMPLATE, databases.TEMPLATE):
            databases.drop_database(each)


@pytest.fixture(autouse=True)
def unhurried_budgets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session is written once a second: where queries are counted, a slow machine's extra write is no page's."""
    if not _COUNTING.isdisjoint(request.fixturenames) or hasattr(request.module, "CaptureQueriesContext"):
        monkeypatch.setattr(middleware, "_STEP", float("inf"))


@pytest.fixture(scope="session")
def coded_template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    """The template with the standard code tables, made when the first test of a worker asks for it."""
    with django_db_blocker.unblock():
        before = databases.current_name()
        databases.create_database(databases.CODED_TEMPLATE, template=databases.TEMPLATE)
        databases.point_at(databases.CODED_TEMPLATE)
        load_code_tables()
        databases.point_at(before)
    return databases.CODED_TEMPLATE


@pytest.fixture(scope="module")
def coded_module(coded_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database with code tables that the tests of one module share, each rolled back (use ``coded_db``)."""
    with (
        django_db_blocker.unblock(),
        databases.private_database(f"{databases.PREFIX}_{next(_NUMBERS)}", template=coded_template) as name,
    ):
        yield name


@pytest.fixture
def coded_db(coded_module: str, db: None) -> str:
    """Code tables loaded, rolled back after the test. Marks the whole module: all its tests use it."""
    return coded_module


@pytest.fixture
def committed_coded_db(coded_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """As ``committed_db``, with the standard code tables loaded."""
    with (
        django_db_blocker.unblock(),
        databases.private_database(f"{databases.PREFIX}_{next(_NUMBERS)}", template=coded_template) as name,
    ):
        yield name


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of its own for a test that commits, starts threads or processes; answers its name."""
    with django_db_blocker.unblock(), databases.private_database(f"{databases.PREFIX}_{next(_NUMBERS)}") as name:
        yield name


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Cast:
    """Facility MAIN, payers, queues and people; uses ``committed_db`` when the test has it, else ``db``."""
    wanted = [name for name in ("committed_coded_db", "committed_db", "coded_db") if name in request.fixturenames]
    request.getfixturevalue(wanted[0] if wanted else "db")
    return build_cast()
