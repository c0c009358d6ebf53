"""Accounts that are due to be checked again: marked by whoever changes what they are judged by, one statement for all.

A check reads the mark before it judges and takes it away after; a mark made in between has another number and stays.
Marks that somebody else is writing are passed over: nobody who holds an account waits for who publishes.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from accounts.locking import one_at_a_time
from accounts.outbox import enqueue
from coding_workflow.guidelines.anchoring import DIAGNOSES, DOCUMENTS, PROCEDURES, SERVICES
from coding_workflow.release.models import CheckDue, DueCause

#: So many accounts are checked again in one transaction: each is locked until it ends, and whoever finalizes meanwhile waits
#: for it: 0.2 s of processor time. With twice as many, checks are hardly cheaper and the wait is twice as long.
BATCH: Final = 50
#: So many batches of a facility run at once; the bulk lane has room for other work.
AT_ONCE: Final = 4
RECHECK: Final = "release.recheck"

#: The dates whose tables judge an account: that of the whole (as ``Facts.tables_date``), and that of each service.
_DATE: Final = """coalesce(a.discharge_date, a.statement_through,
    (SELECT max(l.service_date) FROM accounts_chargeline l WHERE l.account_id = a.id AND l.voided_at IS NULL))"""
_LINE: Final = "SELECT FROM accounts_chargeline l WHERE l.account_id = a.id AND l.voided_at IS NULL"
_PROCEDURE: Final = "SELECT FROM coding_codedprocedure p WHERE p.account_id = a.id AND p.superseded_at IS NULL"
_SERVICE: Final = f"{_PROCEDURE} AND p.system NOT LIKE 'ICD%%'"
_DIAGNOSIS: Final = "SELECT FROM coding_codeddiagnosis d WHERE d.account_id = a.id AND d.superseded_at IS NULL"

#: What an account has, by name: a table is asked only for what is there.
HAVING: Final[Mapping[str, str]] = {
    "icd_procedures": f"EXISTS ({_PROCEDURE} AND p.system LIKE 'ICD%%')",
    "hcpcs": f"(EXISTS ({_LINE} AND l.hcpcs ~ '^[A-Z]') OR EXISTS ({_SERVICE} AND p.code ~ '^[A-Z]'))",
    "cpt": f"(EXISTS ({_LINE} AND l.hcpcs ~ '^[0-9]') OR EXISTS ({_SERVICE} AND p.code ~ '^[0-9]'))",
    "services": f"(EXISTS ({_LINE} AND l.hcpcs <> '') OR EXISTS ({_SERVICE}))",
    "modifiers": f"(EXISTS ({_LINE} AND l.modifiers <> '[]') OR EXISTS ({_PROCEDURE} AND p.modifiers <> '[]'))",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """Which accounts a change can touch; what is left out leaves nobody out. ``starts`` to ``ends`` is half-open, by the
    account's date or that of a service.

    ``discharged`` are periods, half-open, in one of which the account was discharged. ``tokens`` are a rule's anchors, of
    which an account has at least one. ``person_id`` assigned a code of it, or owns the chargemaster entry of a charge.
    ``judged_by`` is the label of ``table`` in the newest verdict.
    """

    facility_id: int | None = None
    starts: datetime.date | None = None
    ends: datetime.date | None = None
    discharged: tuple[tuple[datetime.date, datetime.date], ...] = ()
    classes: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    tokens: frozenset[str] = frozenset()
    having: str = ""
    person_id: int | None = None
    table: str = ""
    judged_by: str | None = None


_MARK: Final = """
WITH marked AS (
    INSERT INTO release_checkdue AS due (account_id, facility_id, since, cause, marks, apart)
    SELECT a.id, a.facility_id, statement_timestamp(), %(cause)s, 1, false
    FROM accounts_facility f JOIN accounts_account a ON a.facility_id = f.id
    WHERE a.step IN ('final_coded', 'coding') AND {conditions}
    ORDER BY a.id
    ON CONFLICT (account_id) DO UPDATE SET marks = due.marks + 1, apart = false, cause = excluded.cause
    RETURNING facility_id
)
SELECT facility_id, count(*) FROM marked GROUP BY facility_id ORDER BY facility_id
"""

_CONDITIONS: Final[Mapping[str, str]] = {
    "facility_id": "f.id = %(facility_id)s",
    "starts": f"""(daterange(%(starts)s, %(ends)s) @> {_DATE}
        OR EXISTS ({_LINE} AND daterange(%(starts)s, %(ends)s) @> l.service_date))""",
    "discharged": "%(discharged)s::datemultirange @> a.discharge_date",
    "judged_by": """%(judged_by)s = (SELECT c.tables ->> %(table)s FROM release_check c WHERE c.account_id = a.id
        ORDER BY c.id DESC LIMIT 1)""",
    "classes": "a.patient_class = ANY(%(classes)s)",
    "services": "a.service = ANY(%(services)s)",
    "payers": """EXISTS (SELECT FROM accounts_coverage c JOIN accounts_payer y ON y.id = c.payer_id
        WHERE c.account_id = a.id AND c.rank = 1 AND y.kind = ANY(%(payers)s))""",
    "tokens": f"""(EXISTS ({_DIAGNOSIS} AND d.code LIKE ANY(%(diagnoses)s))
        OR EXISTS ({_PROCEDURE} AND p.code LIKE ANY(%(procedures)s))
        OR EXISTS ({_PROCEDURE} AND p.code LIKE ANY(%(charged)s)) OR EXISTS ({_LINE} AND l.hcpcs LIKE ANY(%(charged)s))
        OR EXISTS (SELECT FROM accounts_document t WHERE t.account_id = a.id AND t.type = ANY(%(documents)s)))""",
    "person_id": f"""(EXISTS ({_DIAGNOSIS} AND d.assigned_by_id = %(person_id)s)
        OR EXISTS ({_PROCEDURE} AND p.assigned_by_id = %(person_id)s)
        OR EXISTS (SELECT FROM accounts_chargeline l JOIN accounts_chargemasterentry e ON e.id = l.entry_id
                   WHERE l.account_id = a.id AND l.voided_at IS NULL AND e.owner_id = %(person_id)s))""",
}


def mark_due(*, reach: Reach, cause: DueCause) -> int:
    """Mark the accounts that a change can touch, in the transaction that makes it; answers how many. One statement.

    Final-coded accounts, and those in coding: one that is finalized meanwhile would be judged by what is about to
    change. The check runs in the bulk lane once the transaction commits. Marking twice adds to the mark. Whoever
    marks waits for whoever marks already: a transaction of several changes marks in no one order of accounts.
    """
    one_marks_at_a_time()
    with connection.cursor() as cursor:
        cursor.execute(_MARK.format(conditions=conditions_of(reach)), values_of(reach) | {"cause": cause.value})
        marked = cursor.fetchall()
    for facility_id, accounts in marked:
        ask(facility_id=facility_id, accounts=accounts)
    return sum(accounts for _, accounts in marked)


def one_marks_at_a_time() -> None:
    """Marks, and requests for batches beside them, are written by one transaction after the other."""
    one_at_a_time("release.due")


def conditions_of(reach: Reach) -> str:
    """The reach as SQL about an account ``a`` of a facility ``f``; ``values_of`` has its values."""
    wanted = [sql for name, sql in _CONDITIONS.items() if getattr(reach, name) not in (None, (), frozenset())]
    if reach.starts is None and reach.ends is not None:
        wanted.append(_CONDITIONS["starts"])
    if reach.having:
        wanted.append(HAVING[reach.having])
    return " AND ".join(wanted or ["true"])


def values_of(reach: Reach) -> dict[str, Any]:
    """The values that ``conditions_of`` names."""
    return {
        "facility_id": reach.facility_id,
        "starts": reach.starts or datetime.date.min,
        "ends": reach.ends,
        "discharged": f"{{{','.join(f'[{first},{end})' for first, end in reach.discharged)}}}",
        "table": reach.table,
        "judged_by": reach.judged_by,
        "classes": list(reach.classes),
        "payers": list(reach.payers),
        "services": list(reach.services),
        "diagnoses": _beginnings(reach.tokens, DIAGNOSES),
        "procedures": _beginnings(reach.tokens, PROCEDURES),
        "charged": _beginnings(reach.tokens, SERVICES),
        "documents": [token.removeprefix(DOCUMENTS) for token in sorted(reach.tokens) if token.startswith(DOCUMENTS)],
        "person_id": reach.person_id,
    }


def _beginnings(tokens: frozenset[str], family: str) -> list[str]:
    return [f"{token.removeprefix(family)}%" for token in sorted(tokens) if token.startswith(family)]


def ask(*, facility_id: int, accounts: int) -> None:
    """Ask for batches of a facility's accounts that are due: as many at once as there are, four at most."""
    for place in range(min(-(-accounts // BATCH), AT_ONCE)):
        enqueue(kind=RECHECK, key=f"{facility_id}:{place}", facility_id=facility_id, payload={"place": place})


def seen(account_ids: Sequence[int]) -> dict[int, int]:
    """The marks of these accounts before they are judged."""
    return dict(CheckDue.objects.filter(account__in=account_ids).values_list("account_id", "marks"))


def done(marks: Mapping[int, int]) -> None:
    """Take away what was seen before judging; marks made since stay."""
    if not marks:
        return
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [list(marks), list(marks.values())])


_DONE: Final = """
DELETE FROM release_checkdue WHERE account_id IN (
    SELECT d.account_id FROM release_checkdue d
    JOIN unnest(%s::bigint[], %s::integer[]) AS judged(account_id, marks) USING (account_id, marks)
    FOR UPDATE OF d SKIP LOCKED)
"""


def first_of(facility_id: int) -> list[int]:
    """The account whose turn is next, none where none is due."""
    waiting = CheckDue.objects.filter(facility=facility_id, apart=False).order_by("account")
    return list(waiting.values_list("account", flat=True)[:1])


def set_apart(account_ids: Sequence[int]) -> None:
    """Give accounts that failed among others rows of their own in the outbox, where they are tried again and parked.

    One that is being marked at this moment stays among the others and is tried once more with them.
    """
    for account_id in account_ids:
        enqueue(kind="release.check", key=str(account_id), account_id=account_id, lane="bulk")
    free = CheckDue.objects.filter(account__in=account_ids).select_for_update(skip_locked=True)
    CheckDue.objects.filter(account__in=list(free.values_list("account_id", flat=True))).update(apart=True)
