"""Facilities, their units with provider numbers, and payers."""

from django.db import models


class Facility(models.Model):
    """A hospital that bills under its own numbers."""

    code = models.CharField(max_length=16, unique=True, db_collation="C")
    name = models.CharField(max_length=120)
    npi = models.CharField(max_length=10, db_collation="C")
    ccn = models.CharField(max_length=6, blank=True, db_collation="C")
    tax_id = models.CharField(max_length=9, db_collation="C")
    taxonomy = models.CharField(max_length=10, default="282N00000X", db_collation="C")
    address_line = models.CharField(max_length=55)
    city = models.CharField(max_length=30)
    state = models.CharField(max_length=2, db_collation="C")
    zip_code = models.CharField(max_length=9, db_collation="C")
    time_zone = models.CharField(max_length=40, default="America/New_York")
    ipps = models.BooleanField(
        default=True, help_text="Paid under the inpatient prospective payment system; POA and HAC rules apply."
    )
    hl7_codes = models.JSONField(default=list, help_text="MSH-4 values that mean this facility.")

    class Meta:
        verbose_name_plural = "facilities"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A distinct-part unit or swing bed with a provider number of its own: competence is judged for that number."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(max_length=16, db_collation="C")
    name = models.CharField(max_length=80)
    npi = models.CharField(max_length=10, db_collation="C")
    ccn = models.CharField(max_length=6, blank=True, db_collation="C")
    taxonomy = models.CharField(max_length=10, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "code"), name="unit_code_once")]

    def __str__(self) -> str:
        return self.name


class PayerKind(models.TextChoices):
    """Who pays, as far as rules differ."""

    MEDICARE = "medicare", "Medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage", "Medicare Advantage"
    MEDICAID = "medicaid", "Medicaid"
    COMMERCIAL = "commercial", "Commercial"
    SELF_PAY = "self_pay", "Self-pay"
    OTHER = "other", "Other"


class Payer(models.Model):
    """A payer as one facility contracts with it."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="payers")
    code = models.CharField(max_length=20, db_collation="C")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=PayerKind)
    electronic_id = models.CharField(max_length=20, blank=True, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "code"), name="payer_code_once")]

    def __str__(self) -> str:
        return self.name
