"""The handlers of these tests, registered in this process too."""

import pytest

from accounts.models import OutboxRow
from accounts.outbox import enqueue

from . import handlers

__all__ = ["handlers"]


@pytest.fixture
def ask(cast):
    """Write a row of work for the MAIN hospital; answers the row."""

    def write(kind: str = "test.effect", key: str = "1", **fields: object) -> OutboxRow:
        return OutboxRow.objects.get(pk=enqueue(kind=kind, key=key, facility_id=cast.main.pk, **fields))

    return write
