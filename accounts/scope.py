"""How every request, task and command enters the database: one short transaction with its facilities set.

The setting is local to the transaction (``set_config(..., true)``): a plain SET would leak into the next
transaction on a kept connection. Row-level security can stand behind it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

#: System work that may touch every facility: the relay, loads, verification.
ALL: Final = "all"


@contextmanager
def scoped(facilities: Iterable[int] | str) -> Iterator[None]:
    """Run the block in one transaction limited to these facilities (primary keys), or ``ALL``.

    Nested use keeps the outer transaction and narrows the setting until the block ends.
    """
    value = facilities if isinstance(facilities, str) else ",".join(str(pk) for pk in sorted({int(pk) for pk in facilities}))
    with transaction.atomic():
        before = _set_scope(value)
        yield
        if before:
            _set_scope(before)


def _set_scope(value: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('app.facilities', true), ''), set_config('app.facilities', %s, true)", [value]
        )
        return str(cursor.fetchone()[0])
