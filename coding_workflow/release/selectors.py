"""What each rule did in a period, and how far a backtest is."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from coding_workflow.release.models import Backtest, BacktestResult, Outcome

PAGE_SIZE: Final = 50
#: A rule that fired on fewer accounts is not judged by its overrides.
_FEW: Final = 5
_ALWAYS: Final = 0.9

# Holds of the check that were opened in the period (index hold_by_reason), overrides made in it (override_by_rule). An
# account that two findings of a rule held at once was held once: its spans are joined before they are added.
_NUMBERS: Final = """
WITH held AS (
    SELECT reason AS rule, account_id, opened_at, resolved_at FROM accounts_hold
    WHERE facility_id = ANY(%(facilities)s) AND reason = ANY(%(rules)s) AND source = 'check'
      AND opened_at >= %(starts)s AND opened_at < %(ends)s
), overridden AS (
    SELECT rule, account_id FROM release_override
    WHERE facility_id = ANY(%(facilities)s) AND rule = ANY(%(rules)s) AND at >= %(starts)s AND at < %(ends)s
      AND withdrawn_at IS NULL
), spans AS (
    SELECT rule, account_id, bool_or(resolved_at IS NULL) AS holding,
           range_agg(tstzrange(opened_at, coalesce(resolved_at, statement_timestamp()))) AS spans
    FROM held GROUP BY rule, account_id
), cost AS (
    SELECT s.rule, count(*) FILTER (WHERE s.holding) AS holding, sum(a.total_charges) AS dollars,
           sum((SELECT sum(extract(epoch FROM upper(span) - lower(span))) FROM unnest(s.spans) AS span)) / 86400 AS days
    FROM spans s JOIN accounts_account a ON a.id = s.account_id GROUP BY s.rule
), fired AS (
    SELECT rule, count(*) AS accounts
    FROM (SELECT rule, account_id FROM held UNION SELECT rule, account_id FROM overridden) AS either GROUP BY rule
)
SELECT f.rule, f.accounts, coalesce(c.holding, 0), coalesce(c.days, 0), coalesce(c.dollars, 0),
       (SELECT count(DISTINCT o.account_id) FROM overridden o WHERE o.rule = f.rule)
FROM fired f LEFT JOIN cost c ON c.rule = f.rule
"""

_REASONS: Final = """
SELECT rule, reason, count(*) FROM release_override
WHERE facility_id = ANY(%(facilities)s) AND rule = ANY(%(rules)s) AND at >= %(starts)s AND at < %(ends)s
  AND withdrawn_at IS NULL
GROUP BY rule, reason ORDER BY rule, count(*) DESC, reason
"""

# Index shadow_by_rule.
_SHADOW: Final = """
SELECT rule, count(DISTINCT account_id), count(DISTINCT account_id) FILTER (WHERE severity = 'hold')
FROM release_shadowfinding
WHERE facility_id = ANY(%(facilities)s) AND rule = ANY(%(rules)s) AND found_at >= %(starts)s AND found_at < %(ends)s
GROUP BY rule
"""


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What one rule did. Accounts, but for ``reasons``, which counts overrides.

    ``fired``: held by it or overridden; ``holding``: still held by what was opened in the period; ``days_held``: account-days
    until each hold ended, or until now; ``dollars``: total charges of the accounts that it held. ``shadow``: accounts on
    which it spoke while in shadow, ``shadow_holds`` those that it would have held.
    """

    rule: str
    fired: int = 0
    holding: int = 0
    days_held: float = 0.0
    dollars: Decimal = Decimal(0)
    overridden: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    shadow: int = 0
    shadow_holds: int = 0

    @property
    def share_overridden(self) -> float:
        """Of the accounts it fired on, the part that was overridden, 0 to 1."""
        return self.overridden / self.fired if self.fired else 0.0

    @property
    def always_overridden(self) -> bool:
        """Overridden nine times in ten, on five accounts or more: the rule asks for nothing that anybody does."""
        return self.fired >= _FEW and self.share_overridden >= _ALWAYS


def records_of(
    *, facility_ids: Collection[int], rules: Collection[str], starts: datetime.datetime, ends: datetime.datetime
) -> list[RuleRecord]:
    """What each of these rules did at these facilities from ``starts`` until before ``ends``, in the order given.

    Three queries, which cost what happened in the period.
    """
    values = {"facilities": list(facility_ids), "rules": list(rules), "starts": starts, "ends": ends}
    numbers = {row[0]: row[1:] for row in _rows(_NUMBERS, values)}
    shadow = {row[0]: row[1:] for row in _rows(_SHADOW, values)}
    reasons: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for rule, reason, times in _rows(_REASONS, values):
        reasons[rule].append((reason, times))
    return [_record(rule, numbers.get(rule), tuple(reasons[rule]), shadow.get(rule, (0, 0))) for rule in rules]


def _record(rule: str, numbers: Sequence[Any] | None, reasons: tuple[tuple[str, int], ...], shadow: Sequence[int]) -> RuleRecord:
    fired, holding, days, dollars, overridden = numbers or (0, 0, 0, Decimal(0), 0)
    return RuleRecord(rule, fired, holding, round(float(days), 2), dollars, overridden, reasons, *shadow)


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@dataclass(frozen=True, slots=True)
class Change:
    """The accounts of one outcome: how many, their charges, their days from discharge to release or until the test."""

    accounts: int
    dollars: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class BacktestProgress:
    """How far a backtest is and what it has found so far; final once its state says so."""

    parts: int
    done: int
    judged: int
    outdated: int
    unreadable: int
    held: Change
    freed: Change

    @property
    def percent(self) -> int:
        """Whole percent of the parts; 100 where there are none."""
        return 100 * self.done // self.parts if self.parts else 100

    @property
    def unchanged(self) -> int:
        """Accounts that were judged and for which nothing changes."""
        return self.judged - self.held.accounts - self.freed.accounts


def progress_of(test: Backtest) -> BacktestProgress:
    """Two queries, however many accounts."""
    counted = test.chunks.aggregate(
        parts=Count("pk"),
        done=Count("pk", filter=Q(done_at__isnull=False)),
        judged=Sum("judged", default=0),
        outdated=Sum("outdated", default=0),
        unreadable=Sum("unreadable", default=0),
    )
    found = test.results.values("outcome").annotate(accounts=Count("pk"), money=Sum("dollars"), waited=Sum("days"))
    changes = {row["outcome"]: Change(row["accounts"], row["money"], row["waited"]) for row in found.order_by("outcome")}
    nothing = Change(0, Decimal(0), 0)
    return BacktestProgress(**counted, held=changes.get(Outcome.HELD, nothing), freed=changes.get(Outcome.FREED, nothing))


def results_of(test: Backtest, outcome: str, after: int = 0) -> QuerySet[BacktestResult]:
    """The accounts of one outcome, by key, after the account with this key; with account and patient."""
    rows = test.results.filter(outcome=outcome, account_id__gt=after).select_related("account__patient")
    return rows.order_by("account_id")


def backtests_of(rule: str) -> QuerySet[Backtest]:
    """The backtests of a rule, newest first, with who asked; what they compare is read when it is asked for."""
    tests = Backtest.objects.filter(rule=rule).select_related("asked_by").defer("candidate", "baseline")
    return tests.order_by("-pk")
