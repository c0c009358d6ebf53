"""Published policies of a facility, version by version; append-only."""

from django.conf import settings
from django.db import models


class PolicyVersion(models.Model):
    """One published policy: canonical JSON text and its hash, in force from a date until a later one takes over."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="policies")
    number = models.PositiveIntegerField()
    document = models.TextField()
    hash = models.CharField(max_length=64, db_collation="C")
    effective_from = models.DateField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("facility", "number"), name="policy_number_once"),
            models.CheckConstraint(condition=~models.Q(written_by=models.F("published_by")), name="policy_two_people"),
        ]
        indexes = [
            # The policy in force: the newest version that has begun.
            models.Index(fields=("facility", "-effective_from", "-number"), name="policy_in_force"),
        ]

    def __str__(self) -> str:
        return f"policy {self.number}"
