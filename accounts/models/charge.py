"""Charge lines, each with the source that put its code there."""

from django.conf import settings
from django.db import models


class ChargeSource(models.TextChoices):
    """Who assigned the line's HCPCS code, and so who must be competent for it (condition 1)."""

    CHARGEMASTER = "chargemaster", "Chargemaster"
    CODER = "coder", "Coder"


class ChargemasterEntry(models.Model):
    """A charge code with its HCPCS code and the competent person who owns it, while in force."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, db_collation="C")
    description = models.CharField(max_length=120)
    revenue_code = models.CharField(max_length=4, db_collation="C")
    hcpcs = models.CharField(max_length=5, blank=True, db_collation="C")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="First day no longer in force.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "code", "valid_from"), name="chargemaster_entry_once")]
        verbose_name_plural = "chargemaster entries"

    def __str__(self) -> str:
        return self.code


class ChargeLine(models.Model):
    """One service charged. A credit or a correction is another line; lines are never removed.

    ``hcpcs`` and ``modifiers`` are what goes on the claim. A line of a professional account has no revenue code; its place of
    service and rendering provider are the account's where it names none. ``diagnoses``: the codes to which the sender linked
    it, at most four, the primary first; a coder decides which of them stand.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="charges")
    source_id = models.CharField(max_length=80, db_collation="C")
    source = models.CharField(max_length=12, choices=ChargeSource, default=ChargeSource.CHARGEMASTER)
    entry = models.ForeignKey(ChargemasterEntry, null=True, blank=True, on_delete=models.PROTECT)
    revenue_code = models.CharField(max_length=4, db_collation="C")
    hcpcs = models.CharField(max_length=5, blank=True, db_collation="C")
    modifiers = models.JSONField(default=list)
    units = models.DecimalField(max_digits=9, decimal_places=2, default=1)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    service_date = models.DateField()
    description = models.CharField(max_length=120, blank=True)
    place_of_service = models.CharField(max_length=2, blank=True, default="", db_default="", db_collation="C")
    rendering = models.ForeignKey(
        "accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    diagnoses = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    posted_at = models.DateTimeField(auto_now_add=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "source_id"), name="charge_source_once")]
        ordering = ("revenue_code", "service_date", "pk")

    def __str__(self) -> str:
        return f"{self.revenue_code} {self.hcpcs}".strip()
