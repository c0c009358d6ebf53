"""Remittances as they came, and what they said about each claim."""

from django.conf import settings
from django.db import models


class RemittanceStatus(models.TextChoices):
    """Whether the file was believed."""

    POSTED = "posted", "Posted"
    QUARANTINED = "quarantined", "Quarantined"


class Remittance(models.Model):
    """One 835 file, once. Posted whole, or quarantined whole with the reasons in words; the bytes are kept."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, db_collation="C")
    raw = models.BinaryField()
    total = models.DecimalField(max_digits=14, decimal_places=2)
    status = models.CharField(max_length=12, choices=RemittanceStatus, db_collation="C")
    reason = models.TextField(blank=True)
    posted_at = models.DateTimeField(auto_now_add=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    posted_as = models.CharField(max_length=80, help_text="Actor as kind:code.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("facility", "sha256"), name="remittance_file_once"),
            models.CheckConstraint(
                condition=~models.Q(status="quarantined") | ~models.Q(reason=""), name="remittance_quarantined_with_reason"
            ),
        ]
        indexes = [
            # The remittance page: newest first, quarantined ones apart.
            models.Index(fields=("facility", "status", "-id"), name="remittance_by_status"),
        ]
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"remittance #{self.pk}"


class Payment(models.Model):
    """One payment of a posted remittance: payer, trace number (TRN02, unique per payer) and amount."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="payments")
    position = models.PositiveSmallIntegerField()
    payer_name = models.CharField(max_length=60)
    payer_identifier = models.CharField(max_length=80, db_collation="C")
    trace = models.CharField(max_length=50, db_collation="C")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    method = models.CharField(max_length=3, blank=True, db_collation="C")
    paid_on = models.DateField()
    content_sha256 = models.CharField(max_length=64, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "payer_identifier", "trace"), name="payment_trace_once")]
        ordering = ("remittance_id", "position")

    def __str__(self) -> str:
        return f"payment #{self.pk}"


class RemittanceClaim(models.Model):
    """What a payment says about one claim. Without ``claim`` it is unmatched and waits for a person.

    ``note`` says in words what a biller should look at (reversal without a payment, another charge than billed ...).
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="claims")
    position = models.PositiveIntegerField()
    account = models.ForeignKey("accounts.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="remittances")
    claim = models.ForeignKey("payment.Claim", null=True, blank=True, on_delete=models.PROTECT, related_name="remittances")
    claim_number = models.CharField(max_length=38, db_collation="C")
    status = models.CharField(max_length=2, db_collation="C")
    charge = models.DecimalField(max_digits=14, decimal_places=2)
    paid = models.DecimalField(max_digits=14, decimal_places=2)
    patient_responsibility = models.DecimalField(max_digits=14, decimal_places=2)
    payer_control_number = models.CharField(max_length=50, blank=True, db_collation="C")
    remarks = models.JSONField(default=list)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("payment", "position"), name="remittance_claim_once"),
        ]
        indexes = [
            # Unmatched: what nobody has placed yet.
            models.Index(fields=("facility", "id"), condition=models.Q(claim__isnull=True), name="remittance_unmatched"),
        ]
        ordering = ("payment_id", "position")

    def __str__(self) -> str:
        return f"remittance claim #{self.pk}"


class Adjustment(models.Model):
    """Why paid differs from charged, at claim level (``line`` empty) or at one service line. Append-only."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    remittance_claim = models.ForeignKey(RemittanceClaim, on_delete=models.PROTECT, related_name="adjustments")
    line = models.PositiveSmallIntegerField(null=True, blank=True)
    procedure = models.CharField(max_length=80, blank=True, db_collation="C")
    group = models.CharField(max_length=2, db_collation="C")
    reason = models.CharField(max_length=5, db_collation="C")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    quantity = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    remarks = models.JSONField(default=list)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.group}-{self.reason}"


class ProviderAdjustment(models.Model):
    """Money moved at provider level (PLB): recoupments, forwarding balances, interest. Append-only."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="provider_adjustments")
    provider = models.CharField(max_length=50, db_collation="C")
    reason = models.CharField(max_length=5, db_collation="C")
    reference = models.CharField(max_length=50, blank=True, db_collation="C")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.reason
