"""Rules that administrators make: the rule, its versions, and everything that was done about it."""

from typing import Any, Final

from django.conf import settings
from django.db import models

from .lab.writing import text_hash


class State(models.TextChoices):
    """How far a version is: written, observed beside the rules in force, in force, no longer."""

    DRAFT = "draft", "Draft"
    SHADOW = "shadow", "In shadow"
    ACTIVE = "active", "Active"
    RETIRED = "retired", "Retired"


class AdminRule(models.Model):
    """A rule by its key; ``facility`` empty means all facilities. The engine knows it as ``lab.<key>``. Never changed."""

    facility = models.ForeignKey("accounts.Facility", null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    key = models.CharField(max_length=60, db_collation="C")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # A key that all facilities use is used by none alone: the trigger of migration 0002.
            models.UniqueConstraint(fields=("facility", "key"), nulls_distinct=False, name="rule_key_once"),
        ]
        ordering = ("key", "pk")

    def __str__(self) -> str:
        return self.key


class RuleVersion(models.Model):
    """One version of a rule: canonical text of its definition with its SHA-256, and of its tests.

    A draft may be changed; afterwards only the state moves (trigger). The one who wrote any of it never publishes it.
    """

    rule = models.ForeignKey(AdminRule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    definition = models.TextField()
    hash = models.CharField(max_length=64, db_collation="C")
    tests = models.TextField(default="[]")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT, db_collation="C")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    reason = models.CharField(max_length=300, help_text="Why it was written.")
    shadowed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    shadowed_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("rule", "number"), name="rule_version_once"),
            models.UniqueConstraint(fields=("rule",), condition=models.Q(state="draft"), name="rule_one_draft"),
            models.UniqueConstraint(fields=("rule",), condition=models.Q(state="shadow"), name="rule_one_shadow"),
            # Also serves the one question of every check: the active rules.
            models.UniqueConstraint(fields=("rule",), condition=models.Q(state="active"), name="rule_one_active"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="rule_state_known"),
            models.CheckConstraint(
                condition=models.Q(published_by__isnull=True) | ~models.Q(written_by=models.F("published_by")),
                name="rule_two_people",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="active") | models.Q(published_by__isnull=False, published_at__isnull=False),
                name="rule_active_published",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="retired")
                | (models.Q(retired_by__isnull=False, retired_at__isnull=False) & ~models.Q(retired_reason="")),
                name="rule_retired_with_reason",
            ),
        ]
        ordering = ("rule_id", "number")

    def __str__(self) -> str:
        return f"{self.rule_id} version {self.number}"

    @property
    def seal(self) -> str:
        """SHA-256 over definition and tests: what somebody saw when they save over it, observe it or publish it."""
        return text_hash(f"{self.definition}\n{self.tests}")


#: Every kind of RuleEvent and how it reads; placeholders are names in the payload.
RULE_EVENTS: Final[dict[str, str]] = {
    "rule.written": "Version {number} written",
    "rule.imported": "Version {number} imported from a file",
    "rule.rolled_back": "Version {number} written anew from version {source}",
    "rule.shadowed": "Version {number} runs in shadow",
    "rule.published": "Version {number} published",
    "rule.retired": "Version {number} retired",
    "rule.exported": "Version {number} exported to a file",
}


class RuleEvent(models.Model):
    """One act about a rule: who, what, when, why. Append-only."""

    rule = models.ForeignKey(AdminRule, on_delete=models.PROTECT, related_name="events")
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, db_collation="C")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # The history of a rule.
            models.Index(fields=("rule", "-at"), name="rule_event_by_rule"),
            # Who wrote a version: asked when it is published, by the service and by the trigger.
            models.Index(fields=("version", "kind"), name="rule_event_by_version"),
        ]
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def words(self) -> str:
        """The act as a phrase people read."""
        values: dict[str, Any] = self.payload
        return RULE_EVENTS.get(self.kind, self.kind).format(**values)
