"""A database connection of its own, outside Django's: to listen on, and to hold a session lock with."""

import psycopg2
from django.db import connection
from psycopg2.extensions import connection as Wire

#: What can happen to a wire: the server ended it, or the socket broke.
BROKEN = (psycopg2.Error, OSError)


def connect() -> Wire:
    """A new connection to the same database, in autocommit. Raises one of ``BROKEN``.

    Behind a pooler it needs session pooling: LISTEN and advisory locks belong to the session.
    """
    wire: Wire = psycopg2.connect(**{"connect_timeout": 5, **connection.get_connection_params()})
    wire.autocommit = True
    return wire


def close(wire: Wire | None) -> None:
    """Close a wire that may be broken."""
    if wire is not None:
        wire.close()
