"""Leave of absence: the patient is away for some days and keeps the bed."""

from django.db import models


class LeaveKind(models.TextChoices):
    """What a notice says: away, back, or that an earlier notice was wrong."""

    LEFT = "left", "Left"
    RETURNED = "returned", "Returned"
    LEFT_CANCELLED = "left_cancelled", "Leave cancelled"
    RETURN_CANCELLED = "return_cancelled", "Return cancelled"


class LeaveNotice(models.Model):
    """One notice, as it was told; append-only. The days away follow from all of them (``accounts.leave``).

    ``on`` is the facility's date of what happened, ``at`` its instant where the sender gave one; ``sent_at`` orders notices.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="leave_notices")
    kind = models.CharField(max_length=16, choices=LeaveKind, db_collation="C")
    on = models.DateField()
    at = models.DateTimeField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True, help_text="Day on which the patient is expected back.")
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ("sent_at", "pk")

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"
