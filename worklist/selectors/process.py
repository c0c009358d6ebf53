"""How many accounts are at each step of the flow, how old the oldest is, how many are late; and the list behind each.

One definition of *where an account is* serves both. Every account that is discharged and not paid is at exactly one step.
"""

import datetime
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from accounts import clock
from accounts.models import Account, Facility
from coding_workflow.policy import vocabulary
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.policy.svg import Figure

from .rows import Row, row_of_account, with_row_parts

PAGE_SIZE: Final = 50
#: Steps in the order of the flow; ``bill_hold`` may be left over from an earlier policy.
PLACES: Final = ("registered", "bill_hold", "coding", "query", "check", "held", "approval", "release", "billed", "cases")

#: What is paid is read only where open work says that it came back: whatever the hospital ever billed is not looked at.
#: A hold that is the provider's or somebody else's keeps the account with them, whoever coded it.
_PLACED: Final = """
SELECT a.id, a.restricted, coalesce(a.discharge_date, a.admit_date) AS since, a.discharge_date, a.patient_class, a.service,
       CASE a.step
           WHEN 'registered' THEN 'registered'
           WHEN 'discharged' THEN 'bill_hold'
           WHEN 'released' THEN 'release'
           WHEN 'billed' THEN CASE WHEN work.a_case THEN 'cases' ELSE 'billed' END
           WHEN 'paid' THEN 'cases'
           ELSE CASE
               WHEN held.others THEN 'held'
               WHEN held.provider THEN 'query'
               WHEN a.step = 'coding' THEN 'coding'
               WHEN held.anybody IS NULL AND work.release THEN 'approval'
               ELSE 'check'
           END
       END AS place
FROM (
    SELECT id, restricted, step, patient_class, service, discharge_date, admit_date FROM accounts_account
    WHERE facility_id = %(facility)s AND step IN ('registered', 'discharged', 'coding', 'final_coded', 'released', 'billed')
    UNION ALL
    SELECT id, restricted, step, patient_class, service, discharge_date, admit_date FROM accounts_account
    WHERE facility_id = %(facility)s AND step = 'paid' AND id IN (
        SELECT w.account_id FROM accounts_workitem w
        WHERE w.facility_id = %(facility)s AND w.closed_at IS NULL AND w.kind IN ('denial', 'discrepancy'))
) AS a
CROSS JOIN LATERAL (
    SELECT bool_or(h.owner_role NOT IN ('coding', 'provider')) AS others, bool_or(h.owner_role = 'provider') AS provider,
           bool_or(true) AS anybody
    FROM accounts_hold h
    WHERE a.step IN ('coding', 'final_coded') AND h.account_id = a.id AND h.resolved_at IS NULL AND h.blocking
) AS held
CROSS JOIN LATERAL (
    SELECT bool_or(w.kind IN ('denial', 'discrepancy')) AS a_case, bool_or(w.kind = 'release') AS release
    FROM accounts_workitem w
    WHERE a.step IN ('final_coded', 'billed') AND w.account_id = a.id AND w.closed_at IS NULL
) AS work
WHERE a.patient_class = %(class)s AND (%(service)s = '' OR a.service = %(service)s)
"""

_TARGETS: Final = "unnest(%(steps)s::text[], %(payers)s::text[], %(days)s::integer[]) AS target (place, payer, days)"

_COUNTS: Final = """
WITH placed AS ({placed})
SELECT p.place, count(*), min(p.since), count(target.days) FILTER (WHERE p.discharge_date + target.days < %(today)s)
FROM placed p
LEFT JOIN accounts_coverage c ON cardinality(%(steps)s::text[]) > 0 AND c.account_id = p.id AND c.rank = 1
LEFT JOIN accounts_payer y ON y.id = c.payer_id
LEFT JOIN {targets} ON target.place = p.place AND target.payer = coalesce(y.kind, 'self_pay')
GROUP BY p.place
"""

_LIST: Final = """
WITH placed AS ({placed})
SELECT p.id FROM placed p
WHERE p.place = %(place)s AND (p.restricted = '' OR p.id = ANY(%(opened)s))
  AND (%(late)s = '' OR EXISTS (
      SELECT FROM {targets} WHERE target.place = p.place AND p.discharge_date + target.days < %(today)s
        AND target.payer = coalesce((SELECT y.kind FROM accounts_coverage c JOIN accounts_payer y ON y.id = c.payer_id
                                     WHERE c.account_id = p.id AND c.rank = 1), 'self_pay')))
  AND (%(after)s IS NULL OR (coalesce(p.since, 'infinity'), p.id)
       > (SELECT coalesce(x.discharge_date, x.admit_date, 'infinity'), x.id FROM accounts_account x WHERE x.id = %(after)s))
ORDER BY coalesce(p.since, 'infinity'), p.id
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Which:
    """Which accounts a chart is about; an empty service means all of them."""

    facility: Facility
    policy: FacilityPolicy
    patient_class: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the accounts at a step; ``next_after`` is the key of the last row when there are more."""

    rows: list[Row]
    next_after: int | None = None


def figures(which: Which) -> dict[str, Figure]:
    """What is at each step now. One query over what is open, whatever the hospital ever had."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(placed=_PLACED, targets=_TARGETS), _values(which))
        found = {place: Figure(open_, _age(since, which.facility), late) for place, open_, since, late in cursor.fetchall()}
    return {place: found.get(place, Figure(0)) for place in PLACES}


def _age(since: datetime.date | None, facility: Facility) -> int | None:
    return None if since is None else max((clock.today(facility) - since).days, 0)


def listing(which: Which, place: str, *, opened: frozenset[int], late: bool = False, after: int | None = None) -> Listing:
    """One page of the accounts at a step, oldest first; restricted ones only where they were opened. Five queries."""
    asked: dict[str, Any] = {
        "place": place,
        "opened": list(opened),
        "late": "late" if late else "",
        "after": after,
        "limit": PAGE_SIZE + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LIST.format(placed=_PLACED, targets=_TARGETS), _values(which) | asked)
        ids = [pk for (pk,) in cursor.fetchall()]
    shown = ids[:PAGE_SIZE]
    accounts = {account.pk: account for account in with_row_parts(Account.objects.filter(pk__in=shown), "")}
    rows = [row_of_account(accounts[pk]) for pk in shown]
    return Listing(rows, shown[-1] if len(ids) > PAGE_SIZE else None)


def _values(which: Which) -> dict[str, Any]:
    targets = list(_targets(which))
    return {
        "facility": which.facility.pk,
        "class": which.patient_class,
        "service": which.service,
        "today": clock.today(which.facility),
        "steps": [step for step, _, _ in targets],
        "payers": [payer for _, payer, _ in targets],
        "days": [days for _, _, days in targets],
    }


def _targets(which: Which) -> list[tuple[str, str, int]]:
    """The days of each step and payer, where the policy sets some for this class."""
    asked = [(step, payer) for step in vocabulary.TARGET_STEPS for payer in vocabulary.PAYER_KINDS]
    days = [(step, payer, which.policy.target_days(step, which.patient_class, payer, which.service)) for step, payer in asked]
    return [(step, payer, number) for step, payer, number in days if number is not None]


def services_of(policy: FacilityPolicy) -> list[str]:
    """The services that some row of the policy names: for these the flow may be another."""
    lists = (policy.required_documents, policy.bill_holds, policy.auto_release, policy.targets, policy.required_tables)
    return sorted({service for rows in lists for row in rows for service in row.scope.services})
