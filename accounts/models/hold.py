"""Holds: why an account cannot be released, who owns that, and how it ended. Never deleted."""

from django.conf import settings
from django.db import models


class HoldSource(models.TextChoices):
    """Who opened it: the check opens and clears its own, people and feeds theirs."""

    CHECK = "check", "Release check"
    PERSON = "person", "Person"
    POLICY = "policy", "Policy"
    FEED = "feed", "Feed"


class OwnerRole(models.TextChoices):
    """The department that can clear it."""

    CODING = "coding", "Coding"
    HIM = "him", "HIM deficiency"
    PROVIDER = "provider", "Provider"
    PATIENT_ACCESS = "patient_access", "Patient access"
    UTILIZATION_REVIEW = "utilization_review", "Utilization review"
    CHARGE = "charge", "Charge department"
    LABORATORY = "laboratory", "Laboratory"
    BILLING = "billing", "Billing"
    SUPERVISOR = "supervisor", "Coding supervisor"
    ADMINISTRATOR = "administrator", "Administrator"
    COMPLIANCE = "compliance", "Compliance"


class Hold(models.Model):
    """One reason. The opening columns never change; resolving needs who, why and when (trigger).

    ``key`` is unique while open for (account, source): opening twice is one hold.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="holds")
    source = models.CharField(max_length=8, choices=HoldSource)
    key = models.CharField(max_length=160, db_collation="C")
    condition = models.PositiveSmallIntegerField(null=True, blank=True)
    blocking = models.BooleanField(default=True)
    reason = models.CharField(max_length=80, db_collation="C", help_text="Dotted code: rule id or hold reason.")
    message = models.TextField()
    owner_role = models.CharField(max_length=20, choices=OwnerRole, default=OwnerRole.CODING)
    fix = models.CharField(max_length=80, blank=True, help_text="Place that mends it: diagnoses, documents, claim_elements ...")
    milestone = models.CharField(max_length=20, blank=True)
    expected_clear_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    since = models.DateField(null=True, blank=True, help_text="When it began, where it is older than its row.")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=80, blank=True, help_text="Actor as kind:code.")
    resolution = models.TextField(blank=True)
    resolved_event = models.ForeignKey("accounts.Event", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("account", "source", "key"), condition=models.Q(resolved_at__isnull=True), name="hold_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(resolved_at__isnull=True)
                | (~models.Q(resolved_by="") & ~models.Q(resolution="") & models.Q(resolved_event__isnull=False)),
                name="hold_resolved_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(condition__isnull=True) | models.Q(condition__range=(1, 7)), name="hold_condition_known"
            ),
        ]
        indexes = [
            # The gate and every list: open holds of one account.
            models.Index(fields=("account",), condition=models.Q(resolved_at__isnull=True), name="hold_open_by_account"),
            # The wall: open holds of a facility by condition and owner.
            models.Index(
                fields=("facility", "condition", "owner_role"),
                condition=models.Q(resolved_at__isnull=True),
                name="hold_open_by_owner",
            ),
            # What a rule did: its holds opened in a period.
            models.Index(fields=("facility", "reason", "opened_at"), name="hold_by_reason"),
        ]

    def __str__(self) -> str:
        return self.reason
