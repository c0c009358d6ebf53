"""What another policy would make of the verdicts of final-coded accounts: judged twice by stored facts. Writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db import connection

from accounts.models import Facility
from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import Facts
from coding_workflow.guidelines.findings import Evaluation
from coding_workflow.policy.rules import FacilityPolicy

from .backtest import read_facts
from .in_force import InForce

#: So many accounts are judged while somebody waits, newest first: about a second.
MOST: Final = 150

_NEWEST: Final = """
SELECT a.id, a.number, a.restricted <> '', newest.facts FROM accounts_account a
CROSS JOIN LATERAL (SELECT c.facts FROM release_check c WHERE c.account_id = a.id ORDER BY c.id DESC LIMIT 1) AS newest
WHERE a.facility_id = %(facility)s AND a.step = 'final_coded' ORDER BY a.discharge_date DESC NULLS LAST, a.id DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Turned:
    """An account whose verdict would be another, and the sentence that would hold it, or holds it now."""

    account_id: int
    number: str
    restricted: bool
    message: str


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer: how many were judged of how many, what would be held newly, what would be free."""

    judged: int
    all_of_them: int
    held: tuple[Turned, ...]
    freed: tuple[Turned, ...]


def try_policy(facility: Facility, before: FacilityPolicy, after: FacilityPolicy) -> Trial:
    """Judge the newest final-coded accounts by both policies; rules and tables are those of now."""
    in_force, judged = InForce(facility), 0
    held: list[Turned] = []
    freed: list[Turned] = []
    for told, facts in _accounts(facility):
        judged += 1
        tables = in_force.tables(facts)
        old, new = (evaluate(facts, in_force.ruleset, tables, policy) for policy in (before, after))
        if old.verdict == new.verdict:
            continue
        if new.verdict == "held":
            held.append(_turned(told, new))
        else:
            freed.append(_turned(told, old))
    return Trial(judged, _count(facility), tuple(held), tuple(freed))


_Told = tuple[int, str, bool]


def _accounts(facility: Facility) -> Iterator[tuple[_Told, Facts]]:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"facility": facility.pk, "most": MOST})
        rows = cursor.fetchall()
    for *told, text in rows:
        facts = read_facts(text)
        if facts is not None:
            yield (told[0], told[1], told[2]), facts


def _turned(told: _Told, evaluation: Evaluation) -> Turned:
    message = next((finding.message for finding in evaluation.holding), "Not every condition could be judged.")
    return Turned(*told, message)


def _count(facility: Facility) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_account WHERE facility_id = %s AND step = 'final_coded'", [facility.pk])
        return int(cursor.fetchone()[0])
