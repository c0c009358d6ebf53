"""A hospital with queues and work, and what programs send to its API."""

from tests.worklist.conftest import _business_date, _plain_static_files, hospital, work

__all__ = ["_business_date", "_plain_static_files", "hospital", "work"]
