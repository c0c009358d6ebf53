"""The two roles of the database and the database itself, made by a superuser; safe to repeat.

The owner migrates. The application owns nothing and may make nothing (docs/database-roles.md).
"""

from dataclasses import dataclass

import psycopg2
from psycopg2 import sql

OWNER = "coding_owner"
APPLICATION = "coding_app"
DATABASE = "coding_workflow"

_OWNER_RIGHTS = "LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_APPLICATION_RIGHTS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


@dataclass(frozen=True)
class Passwords:
    """One for each role; never printed."""

    owner: str
    application: str


def make_roles(superuser_dsn: str, passwords: Passwords, *, database: str = DATABASE) -> None:
    """Make or correct both roles and the database, and take from everybody what nobody was given."""
    link = psycopg2.connect(superuser_dsn, connect_timeout=5)
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            _make_role(cursor, OWNER, _OWNER_RIGHTS, passwords.owner)
            _make_role(cursor, APPLICATION, _APPLICATION_RIGHTS, passwords.application)
            _make_database(cursor, database)
            for statement in _fences(database):
                cursor.execute(statement)
    finally:
        link.close()


def _make_role(cursor: "psycopg2.extensions.cursor", role: str, rights: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    statement = sql.SQL(f"{verb} ROLE {{}} {rights} PASSWORD {{}}")
    cursor.execute(statement.format(sql.Identifier(role), sql.Literal(password)))


def _make_database(cursor: "psycopg2.extensions.cursor", database: str) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
    if cursor.fetchone() is None:
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
        cursor.execute(statement.format(sql.Identifier(database), sql.Identifier(OWNER)))


def _fences(database: str) -> list[sql.Composed]:
    # PostgreSQL 15 keeps CREATE on the schema public from everybody else already; databases upgraded to it do not.
    name, owner, application = sql.Identifier(database), sql.Identifier(OWNER), sql.Identifier(APPLICATION)
    return [
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name),
        sql.SQL("GRANT ALL ON DATABASE {} TO {}").format(name, owner),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, application),
    ]
