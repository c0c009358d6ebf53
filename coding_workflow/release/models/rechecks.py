"""Accounts that are due to be checked again, and what rules in shadow would have found."""

from django.db import models


class DueCause(models.TextChoices):
    """What changed since the account was checked."""

    TABLES = "tables", "a code table was loaded"
    RULES = "rules", "a rule was changed"
    POLICY = "policy", "a policy was published"
    COMPETENCE = "competence", "a coder's competence was changed"
    DAY = "day", "something began or ended with the day"
    SOFTWARE = "software", "the built-in rules were changed"


class CheckDue(models.Model):
    """An account whose verdict may be another one now; the check removes the row.

    ``marks`` counts the changes since ``since``: a check removes only what it had seen before it judged. ``apart``: it
    failed among others and has a row of its own in the outbox.

    No foreign key to the account: checking it would lock accounts that somebody works on, and whoever publishes
    would wait for them while they wait for the publisher. Rows come only from accounts, which are never deleted.
    """

    account = models.OneToOneField(
        "accounts.Account", primary_key=True, on_delete=models.PROTECT, related_name="check_due", db_constraint=False
    )
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    cause = models.CharField(max_length=12, choices=DueCause, db_collation="C")
    marks = models.PositiveIntegerField(default=1)
    apart = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # The next batch of a facility.
            models.Index(fields=("facility", "account"), condition=models.Q(apart=False), name="check_due_next"),
        ]

    def __str__(self) -> str:
        return f"check of account #{self.account_id} due"


class DayLooked(models.Model):
    """The last day whose beginnings and ends were looked at, and the built-in rules that were in force then."""

    facility = models.OneToOneField("accounts.Facility", primary_key=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    builtin = models.CharField(max_length=80, db_collation="C", help_text="Hash of the built-in rule set.")

    def __str__(self) -> str:
        return f"looked at {self.day}"


class ShadowFinding(models.Model):
    """What a rule in shadow would have found at a check; it held nothing. Append-only, once for check, rule and subjects."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    verdict = models.ForeignKey("release.Check", on_delete=models.PROTECT, related_name="shadow_findings")
    rule = models.CharField(max_length=80, db_collation="C")
    version = models.PositiveIntegerField()
    subjects = models.JSONField(default=list)
    message = models.TextField()
    severity = models.CharField(max_length=4, db_collation="C", help_text="What it would have been: hold, warn or info.")
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("verdict", "rule", "version", "subjects"), name="shadow_finding_once"),
        ]
        indexes = [
            # What a rule did in a period.
            models.Index(fields=("facility", "rule", "found_at"), name="shadow_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} would have found something"
