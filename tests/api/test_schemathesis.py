"""What the schema promises, the API keeps, whatever is sent: generated requests to every operation, the same ones each time."""

import os
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from tests.api.exploring import explore, open_site
from tests.cast import Cast

#: Walks over the pages and inputs: what SQL they need is asked of the other server by the rooms' own tests.
pytestmark = pytest.mark.once

#: Requests an operation; a longer run by hand says API_EXAMPLES=200.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The server closes its connection around a request; here it is the test's own, inside its transaction."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def test_no_generated_request_finds_an_error_or_an_answer_that_is_not_described(hospital: Cast, settings) -> None:
    settings.API_TOKEN_REQUESTS_A_MINUTE = 10**9
    site = open_site(hospital)
    sent = {operation.label: explore(site, operation, EXAMPLES) for operation in site.operations()}
    assert len(sent) == 80
    assert all(sent.values())
