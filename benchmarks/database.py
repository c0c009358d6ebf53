"""A database of this run alone: made and dropped by the owner. No database that exists is touched."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from typing import Final
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

PREFIX: Final = "bench_"


@contextmanager
def private_database(addresses: Mapping[str, str], *, kept: bool = False) -> Iterator[dict[str, str]]:
    """Answer the addresses of a new, empty database on the same server; it is dropped at the end.

    A ``kept`` one has always the same name: made by the first run, found by the next. ``addresses`` has DATABASE_URL and
    DATABASE_OWNER_URL. The owner must be allowed to make databases.
    """
    owner, name = addresses["DATABASE_OWNER_URL"], PREFIX + ("kept" if kept else f"{os.getpid()}_{secrets.token_hex(4)}")
    with suppress(psycopg2.errors.DuplicateDatabase) if kept else nullcontext():
        _as_owner(owner, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    try:
        yield {variable: _named(addresses[variable], name) for variable in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    finally:
        if not kept:
            _drop(owner, name)


def _named(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _drop(owner: str, name: str, patience: float = 10) -> None:
    """The owner may not end other roles' connections: wait for those that are just leaving."""
    end = time.monotonic() + patience
    while True:
        try:
            return _as_owner(owner, "DROP DATABASE {}", name)
        except psycopg2.errors.ObjectInUse:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _as_owner(owner: str, statement: str, name: str) -> None:
    link = psycopg2.connect(owner)
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
    finally:
        link.close()
