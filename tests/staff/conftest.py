"""Pages without collected static files, and people whom a sign-on knows."""

import pytest
from pytest_django import Settings

from coding_workflow.staff.services.sign_on import connect
from tests.cast import Cast


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Addresses of static files without the manifest that ``collectstatic`` writes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def known(cast: Cast) -> Cast:
    """Ana and Ada are connected to their subjects."""
    connect(by=None, person=cast.ana, subject="s-ana")
    connect(by=None, person=cast.ada, subject="s-ada")
    return cast
