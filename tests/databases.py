"""Test databases: made and migrated as the owner, used as the application's role."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from django.core.management import call_command
from django.db import connections
from psycopg2 import sql

from coding_workflow.database.services import apply_grants

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
PREFIX = f"test_coding_{WORKER}_{os.getpid()}"
TEMPLATE = f"{PREFIX}_template"
CODED_TEMPLATE = f"{PREFIX}_coded"


def _maintenance(alias: str = "owner") -> "psycopg2.extensions.connection":
    config = connections[alias].settings_dict
    parameters = {"host": config["HOST"], "port": config["PORT"], "user": config["USER"], "password": config["PASSWORD"]}
    link = psycopg2.connect(dbname=_home(), **{name: value for name, value in parameters.items() if value})
    link.autocommit = True
    return link


_HOME: list[str] = []


def _home() -> str:
    if not _HOME:
        _HOME.append(str(connections["owner"].settings_dict["NAME"]))
    return _HOME[0]


def create_database(name: str, *, template: str = "template0") -> None:
    """Make an empty database, or a copy of a template that nobody is connected to."""
    with _maintenance().cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        statement = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'"
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))
        # A copy does not bring the database's own privileges along.
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        role = str(connections["default"].settings_dict["USER"])
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(role)))


def drop_database(name: str) -> None:
    """Remove a test database. Each role ends its own connections first: the owner may not end the application's."""
    for alias in ("default", "owner"):
        with _maintenance(alias).cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user", [name]
            )
    with _maintenance().cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def point_at(name: str) -> None:
    """Let both connections use another database."""
    _home()
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        connections.settings[alias]["NAME"] = name


def current_name() -> str:
    """The database that the application's connection uses."""
    return str(connections["default"].settings_dict["NAME"])


def build_template() -> None:
    """Migrate and grant once; every other test database is a copy of this one."""
    create_database(TEMPLATE)
    point_at(TEMPLATE)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    apply_grants()
    for alias in ("default", "owner"):
        connections[alias].close()


@contextmanager
def private_database(name: str, *, template: str = TEMPLATE) -> Iterator[str]:
    """A copy of the template for one test, dropped afterwards; connections point at it meanwhile."""
    before = current_name()
    create_database(name, template=template)
    point_at(name)
    try:
        yield name
    finally:
        point_at(before)
        drop_database(name)
