"""Backtests: what a rule would have changed on accounts of a period, judged by the facts of their newest verdict.

Only the rule in question is evaluated, in its two versions; what else holds an account is read from its verdict. Nothing
of an account is changed.
"""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from accounts import clock
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import one_at_a_time
from accounts.models import Facility
from accounts.outbox import enqueue
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.guidelines.lab.writing import definition_to_json
from coding_workflow.guidelines.words import listed
from coding_workflow.release.backtest import RuleChange, read_facts
from coding_workflow.release.in_force import InForce
from coding_workflow.release.models import Backtest, BacktestChunk, BacktestResult, BacktestState
from coding_workflow.staff.models import Role, User

from .due import Reach, conditions_of, values_of

BACKTEST: Final = "release.backtest"
#: So many accounts are judged in one transaction, about a second.
CHUNK: Final = 1000
#: So many parts of a backtest are on their way at once: checks that are due come in between.
AT_ONCE: Final = 2
#: So many backtests of a facility run at once; more would only slow each other and what is due.
MOST_RUNNING: Final = 2
_LONGEST: Final = datetime.timedelta(days=5 * 366)
_ROLES: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.COMPLIANCE)

#: The account's date is that of its bill: discharge, or the end of the statement.
_DATE: Final = "coalesce(a.discharge_date, a.statement_through)"
_IN_SCOPE: Final = "a.facility_id = %(facility)s AND {date} >= %(first_day)s AND {date} < %(end)s AND {conditions}"

_PLAN: Final = """
INSERT INTO release_backtestchunk (backtest_id, number, first, last, judged, outdated, unreadable)
SELECT %(backtest)s, number, min(id), max(id), 0, 0, 0
FROM (
    SELECT a.id, (row_number() OVER (ORDER BY a.id) - 1) / %(chunk)s AS number FROM accounts_account a
    WHERE {scope} AND EXISTS (SELECT FROM release_check c WHERE c.account_id = a.id)
) AS chosen
GROUP BY number
RETURNING number
"""

_COUNT: Final = """
SELECT count(*) FROM accounts_account a WHERE {scope} AND EXISTS (SELECT FROM release_check c WHERE c.account_id = a.id)
"""

# Held otherwise: a finding of another rule holds; or the verdict holds without a finding that does.
_READ: Final = """
SELECT a.id, a.total_charges,
    greatest(0, coalesce((SELECT min(r.released_at)::date FROM release_release r WHERE r.account_id = a.id), %(today)s)
        - {date}) AS days,
    newest.revision <> a.revision AS outdated,
    newest.facts,
    newest.verdict = 'held' AND (
        jsonb_path_exists(newest.findings, '$[*] ? (@.severity == "hold" && @.rule != $rule)',
                          jsonb_build_object('rule', %(rule)s::text))
        OR NOT newest.findings @? '$[*] ? (@.severity == "hold")') AS held_otherwise
FROM accounts_account a
CROSS JOIN LATERAL (
    SELECT c.revision, c.verdict, c.findings, c.facts FROM release_check c WHERE c.account_id = a.id ORDER BY c.id DESC LIMIT 1
) AS newest
WHERE {scope} AND a.id BETWEEN %(first)s AND %(last)s
ORDER BY a.id
"""


class _Row(NamedTuple):
    account_id: int
    dollars: Decimal
    days: int
    outdated: bool
    facts: str
    held_otherwise: bool


@transaction.atomic
def start_backtest(
    *,
    facility: Facility,
    rule: str,
    candidate: Definition | None,
    baseline: Definition | None,
    starts: datetime.date,
    ends: datetime.date,
    by: Actor,
) -> Backtest:
    """Ask what ``candidate`` in place of ``baseline`` would change on accounts discharged from ``starts`` until before
    ``ends``; it runs in the bulk lane, part by part.

    Without baseline the rule is new, without candidate it is retired. Raises NotAllowed ``backtest.role`` unless the
    person supervises, administers or audits the facility; Refused ``backtest.same`` or ``backtest.period``; Conflict
    ``backtest.busy`` while as many run at the facility as may.
    """
    _require_role(by, facility)
    if candidate == baseline:
        raise Refused("backtest.same", "Both versions are the same; there is nothing to compare.")
    if not datetime.timedelta(0) < ends - starts <= _LONGEST:
        raise Refused("backtest.period", "Choose a first day, and a later last one within five years.", fix="starts")
    _refuse_too_many(facility)
    test = Backtest.objects.create(
        facility=facility,
        rule=rule,
        candidate=definition_to_json(candidate) if candidate else "",
        baseline=definition_to_json(baseline) if baseline else "",
        starts=starts,
        ends=ends,
        asked_by_id=by.person_id,
    )
    parts = _plan(test)
    for number in range(min(parts, AT_ONCE)):
        _ask(test, number)
    if not parts:
        _finish(test, BacktestState.FINISHED)
    return test


def _refuse_too_many(facility: Facility) -> None:
    """Asked one after the other at a facility, so that two who ask at once do not both take the last place."""
    one_at_a_time(f"release.backtest {facility.pk}")
    running = Backtest.objects.filter(facility=facility, state=BacktestState.RUNNING).select_related("asked_by")
    named = [f"{test.rule} (asked by {test.asked_by})" for test in running.defer("candidate", "baseline").order_by("pk")]
    if len(named) >= MOST_RUNNING:
        words = f"At this facility the backtests of {listed(named)} are running."
        raise Conflict("backtest.busy", f"{words} Start this one when one of them has ended or is stopped.")


def cancel_backtest(*, backtest_id: int, by: Actor) -> Backtest:
    """Stop a backtest; what it has found stays. Raises NotAllowed ``backtest.role``, Conflict ``backtest.ended``."""
    with transaction.atomic():
        test = _locked(backtest_id)
        _require_role(by, test.facility)
        if test.state != BacktestState.RUNNING:
            raise Conflict("backtest.ended", "This backtest has ended already.")
        _finish(test, BacktestState.CANCELLED)
    return test


def run_part(*, backtest_id: int, number: int) -> None:
    """Judge one part and ask for the next; the last one ends the backtest. Run twice, or at the same time, it counts once."""
    test = Backtest.objects.select_related("facility").get(pk=backtest_id)
    part = BacktestChunk.objects.get(backtest=test, number=number)
    if test.state != BacktestState.RUNNING or part.done_at is not None:
        return
    results = list(_judge(test, part))
    with transaction.atomic():
        test = _locked(backtest_id)
        # Somebody may have cancelled it, or done this part, while it was judged.
        if test.state != BacktestState.RUNNING or BacktestChunk.objects.filter(pk=part.pk, done_at__isnull=False).exists():
            return
        BacktestResult.objects.bulk_create(results)
        part.done_at = clock.now()
        part.save(update_fields=["done_at", "judged", "outdated", "unreadable"])
        if BacktestChunk.objects.filter(backtest=test, number=number + AT_ONCE).exists():
            _ask(test, number + AT_ONCE)
        if not BacktestChunk.objects.filter(backtest=test, done_at__isnull=True).exists():
            _finish(test, BacktestState.FINISHED)


def _judge(test: Backtest, part: BacktestChunk) -> Iterator[BacktestResult]:
    """The accounts of a part for which something changes; counts the others on the part."""
    change, in_force = RuleChange.of(test.rule, test.baseline, test.candidate), InForce(test.facility)
    for row in _rows(test, part, change):
        facts = read_facts(row.facts)
        if facts is None:
            part.unreadable += 1
            continue
        part.judged += 1
        part.outdated += row.outdated
        case = Case(facts, in_force.tables(facts), in_force.policy)
        told = change.outcome(case, held_otherwise=row.held_otherwise)
        if told is not None:
            yield BacktestResult(
                backtest=test,
                facility_id=test.facility_id,
                account_id=row.account_id,
                outcome=told.outcome,
                dollars=row.dollars,
                days=row.days,
                message=told.message,
            )


def _rows(test: Backtest, part: BacktestChunk, change: RuleChange) -> list[_Row]:
    scope, values = _scope(test, change)
    values |= {"first": part.first, "last": part.last, "rule": test.rule, "today": clock.today(test.facility)}
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(scope=scope, date=_DATE), values)
        return [_Row(*row) for row in cursor.fetchall()]


def _plan(test: Backtest) -> int:
    """Divide the accounts in scope into parts of so many, by key; answers the number of parts. Two statements."""
    scope, values = _scope(test, RuleChange.of(test.rule, test.baseline, test.candidate))
    with connection.cursor() as cursor:
        cursor.execute(_PLAN.format(scope=scope), {**values, "backtest": test.pk, "chunk": CHUNK})
        parts = len(cursor.fetchall())
        cursor.execute(_COUNT.format(scope=scope), values)
        test.accounts = cursor.fetchone()[0]
    test.save(update_fields=["accounts"])
    return parts


def _scope(test: Backtest, change: RuleChange) -> tuple[str, dict[str, Any]]:
    """SQL for the accounts that either version could speak about, and its values."""
    anchors = change.anchors
    reach = Reach(classes=tuple(sorted(anchors.classes)), payers=tuple(sorted(anchors.payers)), tokens=anchors.tokens)
    values = values_of(reach) | {"facility": test.facility_id, "first_day": test.starts, "end": test.ends}
    return _IN_SCOPE.format(date=_DATE, conditions=conditions_of(reach)), values


def _ask(test: Backtest, number: int) -> None:
    payload = {"backtest": test.pk, "number": number}
    enqueue(kind=BACKTEST, key=f"{test.pk}:{number}", facility_id=test.facility_id, payload=payload)


def _locked(backtest_id: int) -> Backtest:
    return Backtest.objects.select_for_update(of=("self",), no_key=True).select_related("facility").get(pk=backtest_id)


def _finish(test: Backtest, state: BacktestState) -> None:
    test.state, test.ended_at = state, clock.now()
    test.save(update_fields=["state", "ended_at"])


def _require_role(by: Actor, facility: Facility) -> None:
    person: User | None = User.objects.filter(pk=by.user_id, is_active=True).first()
    if person is None or not any(person.has_role(role, facility.pk) for role in _ROLES):
        raise NotAllowed("backtest.role", "Only supervisors, administrators and compliance of this facility test rules.")
