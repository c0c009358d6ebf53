"""Accounts by the ten thousand, written by the owner's role with plain SQL. For measuring only: no service made them.

What holds for them: every foreign key, check and unique constraint, chains of events that verify, totals that equal
their charges, queues and ranks given by the routing service. What does not: the triggers of the tables are switched
off while the rows are written (so nothing is refused that the services would have refused), finished accounts are
closed without a claim, and a check carries no facts.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections, transaction

from accounts.actors import Actor
from accounts.models import Account, Facility, Patient, Payer, WorkItem
from accounts.scope import ALL, scoped
from coding_workflow.staff.models import User
from worklist.routing import route_opened

from .bulk_sql import PLAN, STATEMENTS, TABLES

BULK: Final = Actor.system("bulk")
_SEED: Final = 0.20260930
#: Of the open work, so much is with somebody at any moment.
_LEASED_OF_100: Final = 10

_FOREIGN_KEYS: Final = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY 1, 2
"""


def fill(*, facility: Facility, accounts: int, coder: User, today: datetime.date) -> dict[str, int]:
    """Add so many accounts to a facility that has payers and queues; answers the rows of every table filled.

    1.5 % have open work, half of it in one queue; the same number makes the same accounts again.
    """
    write([(PLAN, {})], STATEMENTS, free_keys() | _values(facility, accounts, coder, today))
    _route()
    return rows()


def write(plans: Iterable[tuple[str, dict[str, Any]]], statements: Sequence[tuple[str, str]], values: dict[str, Any]) -> None:
    """All rows in one transaction: first the plans with values of their own, the last of which makes ``bulk_plan``."""
    tables = tuple(dict.fromkeys(table for table, _ in statements))
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor, _triggers_off(cursor, tables):
        cursor.execute("SELECT setseed(%s)", [_SEED])
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '256MB'")
        for plan, own in plans:
            cursor.execute(plan, values | own)
        cursor.execute("ANALYZE bulk_plan")
        for _, statement in statements:
            # psycopg2 reads the question mark of jsonb as it stands.
            cursor.execute(statement, values)
        _move_sequences(cursor)


def free_keys() -> dict[str, int]:
    """The last account there is, and the first patient there is not: rows are made from there on."""
    last_account = Account.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    last_patient = Patient.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return {"first_account": last_account, "first_patient": last_patient + 1}


def lease_some(*, holder: User) -> int:
    """Give a tenth of the open work to somebody for two hours, as on a working day; answers how many."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_workitem SET leased_to_id = %s, leased_until = now() + interval '2 hours'"
            " WHERE closed_at IS NULL AND kind = 'coding' AND leased_to_id IS NULL AND id %% 100 < %s",
            [holder.pk, _LEASED_OF_100],
        )
        return int(cursor.rowcount)


def settle() -> None:
    """What autovacuum does after such a load."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def rows() -> dict[str, int]:
    """How many rows each of the filled tables has."""
    with connections["owner"].cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a table of ours
            found[table] = int(cursor.fetchone()[0])
        return found


def _values(facility: Facility, accounts: int, coder: User, today: datetime.date) -> dict[str, Any]:
    payers = list(Payer.objects.filter(facility=facility).order_by("pk").values_list("pk", flat=True))
    return {
        "accounts": accounts,
        "patients": max(accounts * 2 // 3, 1),
        "payers": payers,
        "facility": facility.pk,
        "coder": coder.pk,
        "today": today,
    }


@contextmanager
def _triggers_off(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """No trigger of the tables' own fires, and foreign keys are looked at once for all rows instead of row by row.

    A key's triggers can only be switched off by a superuser; the owner takes the keys away and puts them back.
    """
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cursor.execute(_FOREIGN_KEYS, [list(tables)])
    keys = cursor.fetchall()
    for table, name, _ in keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    yield
    for table, name, definition in keys:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _move_sequences(cursor: Any) -> None:
    for table in ("accounts_patient", "accounts_account"):
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608


def _route() -> None:
    """Queue and rank of the open work, by the service that gives them in life."""
    with scoped(ALL):
        waiting = WorkItem.objects.filter(closed_at__isnull=True, queue__isnull=True)
        for item in waiting.select_related("account__facility").iterator(chunk_size=500):
            route_opened(item=item, by=BULK)
