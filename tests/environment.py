"""The environment of every test run, set before settings are read (pyproject.toml loads this as a plugin).

A hospital that runs beside the tests must not lend them its database, so the address is always given here.
"""

import os
from collections.abc import Generator

import pytest

_DEFAULTS = {
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "PLAIN_HTTP": "1",
    "BUSINESS_DATE": "2026-09-30",
    "DATABASE_URL": "postgresql://coding_app@127.0.0.1:5432/coding_workflow",
    "DATABASE_OWNER_URL": "postgresql://coding_owner@127.0.0.1:5432/coding_workflow",
    "REDIS_URL": "redis://127.0.0.1:6379/9",
    "LOG_LEVEL": "WARNING",
}

for _name, _value in _DEFAULTS.items():
    os.environ.setdefault(_name, _value)

_GIVEN = {name: os.environ[name] for name in _DEFAULTS}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """A test that leaves one of these variables changed fails itself, not whichever test starts a process next."""
    yield
    left = [name for name, value in _GIVEN.items() if os.environ.get(name) != value]
    os.environ.update(_GIVEN)
    assert not left, f"These variables were left changed: {', '.join(left)}"
