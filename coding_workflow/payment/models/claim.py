"""The set of claims that one release makes, and the file that carries it."""

from django.conf import settings
from django.db import models


class ClaimForm(models.TextChoices):
    """Which transaction carries the claim."""

    INSTITUTIONAL = "837I", "Institutional (837I)"
    PROFESSIONAL = "837P", "Professional (837P)"


class ClaimStatus(models.TextChoices):
    """How far one claim is with its payer."""

    MADE = "made", "Made, not sent"
    SUBMITTED = "submitted", "Submitted"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected before processing"
    PAID = "paid", "Paid"
    DENIED = "denied", "Denied"
    SUPERSEDED = "superseded", "Superseded"


class ClaimFile(models.Model):
    """One release's set of claims as X12 text. Immutable (trigger); only ``sent_at`` is written once.

    ``interchange_number`` is ISA13 and GS06, drawn from a sequence.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="claim_files")
    release = models.OneToOneField("release.Release", on_delete=models.PROTECT, related_name="claim_file")
    text = models.TextField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    interchange_number = models.PositiveIntegerField(unique=True)
    set_number = models.PositiveIntegerField(default=1)
    test = models.BooleanField()
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"claim file #{self.pk}"


class Claim(models.Model):
    """One claim. ``number`` is CLM01 and comes back on the remittance; ``replaces`` is the claim it corrects.

    What was billed never changes (trigger); status, payer control number and submission do. A professional claim has no type of
    bill; its frequency stands by itself.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="claims")
    release = models.ForeignKey("release.Release", on_delete=models.PROTECT, related_name="claims")
    file = models.ForeignKey(ClaimFile, on_delete=models.PROTECT, related_name="claims")
    part = models.PositiveSmallIntegerField(default=1)
    form = models.CharField(max_length=4, choices=ClaimForm, default=ClaimForm.INSTITUTIONAL, db_collation="C")
    number = models.CharField(max_length=20, db_collation="C")
    type_of_bill = models.CharField(max_length=4, blank=True, db_collation="C")
    frequency = models.CharField(max_length=1, db_collation="C")
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replacements")
    payer = models.ForeignKey("accounts.Payer", on_delete=models.PROTECT, related_name="claims")
    total = models.DecimalField(max_digits=12, decimal_places=2)
    status = models.CharField(max_length=12, choices=ClaimStatus, default=ClaimStatus.MADE, db_collation="C")
    payer_control_number = models.CharField(max_length=50, blank=True, db_collation="C")
    made_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("facility", "number"), name="claim_number_once"),
            models.UniqueConstraint(fields=("release", "part"), name="claim_part_once"),
            models.CheckConstraint(condition=models.Q(status__in=ClaimStatus.values), name="claim_status_known"),
            models.CheckConstraint(
                condition=~models.Q(frequency__in=("7", "8")) | models.Q(replaces__isnull=False),
                name="claim_change_names_original",
            ),
        ]
        indexes = [
            # The claims page: claims of a facility by status, oldest first.
            models.Index(fields=("facility", "status", "id"), name="claim_by_status"),
            # The account page: its claims in order.
            models.Index(fields=("account", "id"), name="claim_by_account"),
        ]
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"claim #{self.pk}"
