"""Whether the columns that lists are ordered and filtered by say what the accounts say.

Triggers keep them (migration ``0013_listed``), so nothing but a defect or a switched-off trigger makes them differ.
"""

from dataclasses import dataclass
from typing import Final

from django.db import connection

_COLUMNS: Final = ("patient_class", "discharge_date", "total_charges", "payer_id", "hold_bits")
_WORK: Final = f"""
SELECT 'work', w.id FROM accounts_workitem w CROSS JOIN LATERAL public.accounts_listed_facts(w.account_id) AS f
WHERE w.closed_at IS NULL
    AND ROW({", ".join(f"w.{name}" for name in _COLUMNS)}) IS DISTINCT FROM ROW({", ".join(f"f.{name}" for name in _COLUMNS)})
ORDER BY w.id
"""  # noqa: S608 - fixed words of this module
_HELD: Final = f"""
SELECT 'held', coalesce(held.account_id, due.account_id)
FROM accounts_heldaccount held FULL JOIN (
    SELECT h.account_id, f.* FROM (
        SELECT DISTINCT account_id FROM accounts_hold WHERE resolved_at IS NULL AND blocking
    ) AS h CROSS JOIN LATERAL public.accounts_listed_facts(h.account_id) AS f
    WHERE f.step IN ('discharged', 'coding', 'final_coded')
) AS due ON due.account_id = held.account_id
WHERE ROW(held.account_id, held.facility_id, {", ".join(f"held.{name}" for name in _COLUMNS)})
    IS DISTINCT FROM ROW(due.account_id, due.facility_id, {", ".join(f"due.{name}" for name in _COLUMNS)})
ORDER BY 2
"""  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that does not say what its account says: open work by its number, or an account that is held or is not."""

    kind: str
    pk: int


def differences() -> list[Difference]:
    """Every such row; empty when lists are right. Looks at all open work and all open holds."""
    with connection.cursor() as cursor:
        found = []
        for statement in (_WORK, _HELD):
            cursor.execute(statement)
            found += [Difference(kind, pk) for kind, pk in cursor.fetchall()]
    return found
