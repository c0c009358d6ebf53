"""The real tables, loaded once; modules that read them borrow the database. And pages without collected static files."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker, Settings

from accounts.actors import Actor
from coding_workflow.codesets.services import load_standard
from tests import databases

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def shared_file(name: str) -> Path:
    """A publisher's file; the test is skipped where the shared data are not at hand."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs ../shared/data/{name}")
    return path


@pytest.fixture(scope="session")
def standard_tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name of a database that holds ICD-10-CM and ICD-10-PCS as the packages carry them."""
    name, home = f"{databases.PREFIX}_codes", databases.current_name()
    with django_db_blocker.unblock():
        databases.create_database(name, template=databases.TEMPLATE)
        databases.point_at(name)
        load_standard(by=Actor.system("codesets.test"))
        databases.point_at(home)
    yield name
    with django_db_blocker.unblock():
        databases.drop_database(name)


@pytest.fixture(scope="module")
def tables(standard_tables: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The tests of a module read the loaded tables; what they write is rolled back when they ask for ``db`` as well."""
    home = databases.current_name()
    with django_db_blocker.unblock():
        databases.point_at(standard_tables)
        yield
        databases.point_at(home)


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Addresses of static files without the manifest that ``collectstatic`` writes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
