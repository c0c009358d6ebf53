"""Backtests: what a rule would change on accounts that were checked before. Kept as they were found."""

from django.conf import settings
from django.db import models


class BacktestState(models.TextChoices):
    """How far a backtest is."""

    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"


class Outcome(models.TextChoices):
    """What would become of an account."""

    HELD = "held", "Newly held"
    FREED = "freed", "Newly freed"


class Backtest(models.Model):
    """One question and its answer: ``candidate`` in place of ``baseline`` for the accounts discharged in a period.

    Both are definitions as canonical JSON text: without baseline the rule is new, without candidate it is retired.
    ``starts`` to ``ends`` is half-open, by discharge date (end of the statement where there is none). Frozen once it
    is finished or cancelled.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=80, db_collation="C")
    candidate = models.TextField(blank=True)
    baseline = models.TextField(blank=True)
    starts = models.DateField()
    ends = models.DateField()
    state = models.CharField(max_length=10, choices=BacktestState, default=BacktestState.RUNNING, db_collation="C")
    accounts = models.PositiveIntegerField(default=0, help_text="Accounts in scope when it was asked.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="backtest_period_forward"),
            models.CheckConstraint(condition=~models.Q(candidate="", baseline=""), name="backtest_of_something"),
        ]
        indexes = [
            # Backtests of a rule, newest first.
            models.Index(fields=("facility", "rule", "-id"), name="backtest_by_rule"),
        ]

    def __str__(self) -> str:
        return f"backtest #{self.pk}"


class BacktestChunk(models.Model):
    """Accounts ``first`` to ``last`` by key, and what came of them; written once."""

    backtest = models.ForeignKey(Backtest, on_delete=models.PROTECT, related_name="chunks")
    number = models.PositiveIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    done_at = models.DateTimeField(null=True, blank=True)
    judged = models.PositiveIntegerField(default=0)
    outdated = models.PositiveIntegerField(default=0, help_text="Judged by facts of an earlier revision of the account.")
    unreadable = models.PositiveIntegerField(default=0, help_text="Facts that this release cannot read; not judged.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("backtest", "number"), name="backtest_chunk_once")]

    def __str__(self) -> str:
        return f"part {self.number} of backtest #{self.backtest_id}"


class BacktestResult(models.Model):
    """One account that would be held or freed, with its charges and its days from discharge to release, or until the test."""

    backtest = models.ForeignKey(Backtest, on_delete=models.PROTECT, related_name="results")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=5, choices=Outcome, db_collation="C")
    dollars = models.DecimalField(max_digits=12, decimal_places=2)
    days = models.PositiveIntegerField()
    message = models.TextField(blank=True)

    class Meta:
        constraints = [
            # Also serves the list, page by page.
            models.UniqueConstraint(fields=("backtest", "outcome", "account"), name="backtest_account_once"),
        ]

    def __str__(self) -> str:
        return f"account #{self.account_id} {self.outcome}"
