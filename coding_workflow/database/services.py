"""Bringing a database up to date: migrate as its owner, then grant to the application's role."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.core.management import call_command
from django.db import connections
from django.db.backends.utils import CursorWrapper

from .privileges import grant_statements

_ASK_AGAIN_SECONDS: Final = 0.2


def provision(*, verbosity: int = 1) -> None:
    """Migrate with the owner's connection and apply the one list of grants; safe to repeat.

    The application's role is the user of the ``default`` connection; it must exist and must not be the owner.
    """
    with _alone():
        _migrate(verbosity)
        apply_grants()


def _migrate(verbosity: int) -> None:
    # Migrating makes thousands of model classes; collecting among them took a fifth of the time and gave nothing back.
    gc.disable()
    try:
        call_command("migrate", database="owner", verbosity=verbosity, interactive=False)
    finally:
        gc.enable()


@contextmanager
def _alone() -> Iterator[None]:
    """Two deployments at once: the second waits until the first is done, and then finds nothing to do.

    It asks again and again rather than once for long: an index that is made concurrently waits for every statement
    that was there before it, and so would wait for one that waits for us.
    """
    with connections["owner"].cursor() as cursor:
        while not _locked(cursor):
            time.sleep(_ASK_AGAIN_SECONDS)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('coding_workflow.provision'))")


def _locked(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(hashtext('coding_workflow.provision'))")
    return bool(cursor.fetchone()[0])


def apply_grants() -> None:
    """Give the application's role exactly what privileges.py lists."""
    owner = connections["owner"]
    role = str(connections["default"].settings_dict["USER"])
    if role == owner.settings_dict["USER"]:
        raise ValueError("DATABASE_URL and DATABASE_OWNER_URL name the same role; the application must not own its tables.")
    statements = grant_statements(owner, role)
    with owner.cursor() as cursor:
        database = owner.ops.quote_name(str(owner.settings_dict["NAME"]))
        cursor.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
        cursor.execute(f"GRANT CONNECT ON DATABASE {database} TO {owner.ops.quote_name(role)}")
        for statement in statements:
            cursor.execute(statement)
