"""What the people's view keeps for itself: counters for its pages, and what a person put back."""

from django.conf import settings
from django.db import models


class Board(models.TextChoices):
    """Which numbers a counter belongs to."""

    QUEUE = "queue", "Open work of a queue; the key is the queue's code"
    HOLD = "hold", "Open blocking holds; the key is condition and owner"
    FLOW = "flow", "Discharged, not final billed; the key is the part of the waterfall"


class Counter(models.Model):
    """One number on a page: how many, how old, how much. Refreshed by the relay, never touched inside a claim."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    board = models.CharField(max_length=8, choices=Board, db_collation="C")
    key = models.CharField(max_length=60, db_collation="C")
    open = models.PositiveIntegerField(default=0)
    oldest_on = models.DateField(null=True, help_text="Earliest discharge (or opening) among them.")
    dollars = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    refreshed_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also serves the pages: all numbers of a board at a facility.
            models.UniqueConstraint(fields=("facility", "board", "key"), name="counter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.board} {self.key}"


class PutBack(models.Model):
    """Somebody gave work back with a reason; get-next does not hand it to the same person again that day."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("accounts.WorkItem", on_delete=models.PROTECT, related_name="put_backs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(help_text="Business date.")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=200)

    class Meta:
        indexes = [
            # Get next: what this person put back today.
            models.Index(fields=("item", "user", "on"), name="put_back_by_person"),
        ]

    def __str__(self) -> str:
        return f"put back #{self.pk}"


class AccountDraft(models.Model):
    """What one person typed into the account page and did not send yet, so that a closed laptop loses nothing.

    ``fields`` is pairs of a field's name on the page and its words; ``seen`` the newest event that the person saw
    then. Deleted when nothing is left typed.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(default=list)
    seen = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # Also serves the page: what this person left on this account.
            models.UniqueConstraint(fields=("account", "user"), name="account_draft_once"),
        ]

    def __str__(self) -> str:
        return f"account draft #{self.pk}"


class RuleDraft(models.Model):
    """The rule editor's form as one person left it: every change is kept here, so that a closed laptop loses nothing.

    ``fields`` is what stands in the form, whether or not it is a rule yet; ``seen`` the seal of the rule's draft that
    the person started from, empty where there was none. Deleted when it is saved to the rule or thrown away.
    """

    rule = models.ForeignKey("guidelines.AdminRule", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(default=dict)
    tests = models.TextField(default="[]")
    seen = models.CharField(max_length=64, blank=True, db_collation="C")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # Also serves the editor: what this person left in this rule.
            models.UniqueConstraint(fields=("rule", "user"), name="rule_draft_once"),
        ]

    def __str__(self) -> str:
        return f"rule draft #{self.pk}"
