"""The environment of every test run, set before settings are read (pyproject.toml loads this as a plugin).

A hospital that runs beside the tests must not lend them its database, so the address is always given here.
"""

import os

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
