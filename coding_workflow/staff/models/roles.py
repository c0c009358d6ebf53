"""Roles, and who holds which at which facility."""

from django.conf import settings
from django.db import models


class Role(models.TextChoices):
    """What a person does here; rights follow from the role, per facility."""

    CODER = "coder", "Coder"
    REVIEWER = "reviewer", "Reviewer"
    SUPERVISOR = "supervisor", "Supervisor"
    BILLER = "biller", "Biller"
    ADMINISTRATOR = "administrator", "Administrator"
    COMPLIANCE = "compliance", "Compliance"


class RoleGrant(models.Model):
    """One role of one person at one facility, from ``granted_at`` until ``ended_at``; ended, never deleted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="role_grants")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, choices=Role, db_collation="C")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Also serves the one query behind every request: the active roles of a person.
            models.UniqueConstraint(
                fields=("user", "facility", "role"), condition=models.Q(ended_at__isnull=True), name="role_granted_once"
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_known"),
        ]
        indexes = [
            # The people of a facility, and its remaining administrators.
            models.Index(fields=("facility", "role", "user"), name="role_by_facility"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} #{self.pk}"
