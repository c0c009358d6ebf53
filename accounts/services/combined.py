"""Which accounts are one after combining."""

from typing import Final

from django.db import connection

from accounts.models import Account, Patient

#: No sender combines as often as this; a longer chain is a circle that should not be.
_MOST: Final = 100

_WHOLE: Final = """
    WITH RECURSIVE whole(id) AS (
        SELECT %s::bigint
        UNION SELECT a.id FROM accounts_account a JOIN whole w ON a.combined_into_id = w.id
    ) SELECT id FROM whole ORDER BY id
"""


def whole(account_id: int) -> list[int]:
    """The account and every one that was combined into it, however often, by key. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE, [account_id])
        return [int(row[0]) for row in cursor.fetchall()]


def survivor(account: Account) -> Account:
    """The account that stands for this one today: itself, unless it was combined."""
    for _ in range(_MOST):
        if account.combined_into is None:
            return account
        account = account.combined_into
    raise RuntimeError("Accounts are combined in a circle.")


def same_patient(patient: Patient) -> Patient:
    """The patient that stands for this one today: itself, unless its number was merged."""
    for _ in range(_MOST):
        if patient.merged_into is None:
            return patient
        patient = patient.merged_into
    raise RuntimeError("Patients are merged in a circle.")
