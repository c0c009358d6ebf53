"""Open work as routing sees it, read in batches: one statement for any number of items."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import PatientClass, WorkKind
from worklist import priority

from .matching import Arrival

_ITEMS: Final = """
SELECT w.id, w.account_id, w.kind, w.queue_id, w.why, w.rank_at, w.opened_at,
       w.returned_to_id IS NOT NULL AND NOT EXISTS (
           -- Given by a supervisor is not the same as come back.
           SELECT FROM worklist_assigneditem g JOIN worklist_assignment t ON t.id = g.assignment_id
           WHERE g.item_id = w.id AND g.undone_at IS NULL AND t.to_id = w.returned_to_id
       ) AS returned,
       w.leased_to_id IS NOT NULL AND w.leased_until > statement_timestamp() AS leased, w.closed_at IS NULL AS open,
       a.number, a.patient_class, a.service, a.admit_date, a.discharge_date, a.discharge_status, a.admission_type,
       a.total_charges, a.restricted <> '' AS restricted, p.birth_date, f.time_zone,
       coalesce(y.code, '') AS payer_code, coalesce(y.kind, '') AS payer_kind, coalesce(y.name, '') AS payer_name,
       ARRAY(SELECT DISTINCT d.type FROM accounts_document d
             WHERE d.account_id = a.id AND d.cancelled_at IS NULL ORDER BY d.type) AS documents
FROM accounts_workitem w
JOIN accounts_account a ON a.id = w.account_id
JOIN accounts_patient p ON p.id = a.patient_id
JOIN accounts_facility f ON f.id = a.facility_id
LEFT JOIN LATERAL (
    SELECT c.payer_id FROM accounts_coverage c WHERE c.account_id = a.id ORDER BY c.rank LIMIT 1
) AS primary_cover ON true
LEFT JOIN accounts_payer y ON y.id = primary_cover.payer_id
"""
_THESE: Final = _ITEMS + "WHERE w.id = ANY(%s) ORDER BY w.id"
_BATCH: Final = _ITEMS + "WHERE w.facility_id = %s AND w.closed_at IS NULL AND w.id > %s ORDER BY w.id LIMIT %s"
#: Items read in one statement.
BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open item with what its queue and its rank are made of."""

    id: int
    account_id: int
    kind: str
    queue_id: int | None
    why: str
    rank_at: datetime.datetime
    opened_at: datetime.datetime
    returned: bool
    leased: bool
    open: bool
    number: str
    patient_class: str
    service: str
    admit_date: datetime.date | None
    discharge_date: datetime.date | None
    discharge_status: str
    admission_type: str
    charges: Decimal
    restricted: bool
    birth_date: datetime.date | None
    time_zone: str
    payer_code: str
    payer_kind: str
    payer_name: str
    documents: tuple[str, ...]

    @property
    def class_name(self) -> str:
        """The patient class in words."""
        return str(PatientClass(self.patient_class).label)

    @property
    def kind_name(self) -> str:
        """The kind of work in words."""
        return str(WorkKind(self.kind).label)

    def arrival(self) -> Arrival:
        """What the queues are asked about."""
        return Arrival(
            kind=self.kind,
            returned=self.returned,
            patient_class=self.patient_class,
            service=self.service,
            payer_code=self.payer_code,
            payer_kind=self.payer_kind,
            admission_type=self.admission_type,
            discharge_status=self.discharge_status,
            birth_date=self.birth_date,
            admit_date=self.admit_date,
            discharge_date=self.discharge_date,
            charges=self.charges,
            documents=self.documents,
        )

    def subject(self) -> priority.Subject:
        """What the rank looks at."""
        return priority.Subject(
            start=self._start(),
            patient_class=self.patient_class,
            class_name=self.class_name,
            charges=self.charges,
            payer_kind=self.payer_kind,
            payer_name=self.payer_name,
            returned=self.returned,
        )

    def _start(self) -> datetime.datetime:
        if self.discharge_date is None:
            return self.opened_at
        return datetime.datetime.combine(self.discharge_date, datetime.time(), tzinfo=ZoneInfo(self.time_zone))


def these(item_ids: list[int]) -> list[Waiting]:
    """Items by key, open or not, in order of their keys."""
    return _read(_THESE, [item_ids])


def batch(facility_id: int, after: int, limit: int = BATCH) -> list[Waiting]:
    """The next open items of a facility by key."""
    return _read(_BATCH, [facility_id, after, limit])


def everything(facility_id: int) -> Iterator[Waiting]:
    """All open items of a facility, read in batches."""
    after = 0
    while found := batch(facility_id, after):
        yield from found
        after = found[-1].id


def _read(statement: str, parameters: list[Any]) -> list[Waiting]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [_waiting(row) for row in cursor.fetchall()]


def _waiting(row: tuple[Any, ...]) -> Waiting:
    values: list[Any] = [tuple(each) if isinstance(each, list) else each for each in row]
    return Waiting(*values)
