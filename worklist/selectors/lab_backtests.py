"""Backtests of a rule as the pages show them."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from accounts import clock
from accounts.models import Facility
from coding_workflow.guidelines.models import AdminRule
from coding_workflow.release.models import Backtest, BacktestResult, BacktestState, Outcome
from coding_workflow.release.selectors import PAGE_SIZE, BacktestProgress, backtests_of, progress_of, results_of
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User


@dataclass(frozen=True, slots=True)
class Part:
    """The accounts of one outcome: how many, their charges, their days."""

    outcome: str
    words: str
    accounts: int
    dollars: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """How far a backtest is and what it found."""

    test: Backtest
    progress: BacktestProgress
    running: bool
    parts: tuple[Part, ...]


def sheet(test: Backtest) -> Sheet:
    """Two queries."""
    progress = progress_of(test)
    changes = ((Outcome.HELD, progress.held), (Outcome.FREED, progress.freed))
    parts = tuple(Part(outcome.value, outcome.label, each.accounts, each.dollars, each.days) for outcome, each in changes)
    return Sheet(test, progress, test.state == BacktestState.RUNNING, parts)


def results(user: User, test: Backtest, outcome: str, after: int) -> "list[BacktestResult]":
    """A page of accounts, with one more where there is another page; restricted ones only for those who opened them."""
    return list(visible(results_of(test, outcome, after), user)[: PAGE_SIZE + 1])


def of_rule(user: User, rule: AdminRule) -> "QuerySet[Backtest]":
    """The newest backtests of a rule where the person is."""
    return visible(backtests_of(f"lab.{rule.key}"), user)[:5]


def facilities(user: User, rule: AdminRule) -> "QuerySet[Facility]":
    """Where the person may ask what the rule would change."""
    own = Facility.objects.filter(pk__in=user.facility_ids()).order_by("name")
    return own.filter(pk=rule.facility_id) if rule.facility_id else own


def last_year() -> tuple[datetime.date, datetime.date]:
    """The period that is offered first: the 365 days before today."""
    today = clock.today()
    return today - datetime.timedelta(days=365), today
