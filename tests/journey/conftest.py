"""A hospital's processes for one test, ended with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .processes import Hospital, numbered_broker


@pytest.fixture
def staffed(committed_coded_db: str, tmp_path: Path) -> Iterator[Hospital]:
    """A hospital on the given servers; nothing is started yet."""
    with numbered_broker() as broker:
        made = Hospital(tmp_path, broker=broker)
        try:
            yield made
        finally:
            made.close()
