"""The one order in which account rows are locked: by primary key; and what only one transaction does at a time."""

from collections.abc import Iterable

from django.db import connection

from .errors import Refused
from .models import Account
from .prepared import ALONE


def lock_account(account_id: int) -> Account:
    """The account's row, locked until the transaction ends, with facility and patient.

    Raises Refused ``account.unknown`` when there is none.
    """
    found = lock_accounts([account_id])
    if not found:
        raise Refused("account.unknown", "There is no such account.")
    return found[0]


def lock_accounts(account_ids: Iterable[int]) -> list[Account]:
    """Several rows, locked in key order so that two bulk actions cannot deadlock."""
    rows = Account.objects.select_for_update(of=("self",)).select_related("facility", "patient")
    return list(rows.filter(pk__in=set(account_ids)).order_by("pk"))


def one_at_a_time(what: str) -> None:
    """Wait until no other transaction does this, and keep others from it until this one ends.

    For checks over rows that no single row's lock covers. What was committed meanwhile is seen by the next statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [what])
