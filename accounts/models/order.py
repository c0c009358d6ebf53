"""Orders of the encounter: what was ordered, by whom, where it stands."""

from django.db import models


class OrderKind(models.TextChoices):
    """Orders that place a patient, in the words of the rules; everything else is *other*."""

    INPATIENT = "inpatient", "Inpatient admission"
    OBSERVATION = "observation", "Observation"
    OTHER = "other", "Other"


#: Orders that the gate compares with the patient class (42 CFR 412.3).
PLACEMENT = frozenset({OrderKind.INPATIENT, OrderKind.OBSERVATION})


class OrderStatus(models.TextChoices):
    """Where an order stands. A discontinued order was in force for a time; a cancelled one never was."""

    ACTIVE = "active", "Active"
    HELD = "held", "On hold"
    COMPLETED = "completed", "Completed"
    DISCONTINUED = "discontinued", "Discontinued"
    CANCELLED = "cancelled", "Cancelled"


class Order(models.Model):
    """One order of one account, known by the sender's number. Rows change with the order and are never removed.

    ``authenticated``: the practitioner who orders has entered or verified it. ``ordered_at`` is when it was given.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="orders")
    source_id = models.CharField(max_length=80, db_collation="C")
    kind = models.CharField(max_length=12, choices=OrderKind, default=OrderKind.OTHER, db_collation="C")
    status = models.CharField(max_length=12, choices=OrderStatus, default=OrderStatus.ACTIVE, db_collation="C")
    code = models.CharField(max_length=40, blank=True, db_collation="C")
    description = models.CharField(max_length=120, blank=True)
    ordered_at = models.DateTimeField(null=True, blank=True)
    ordered_by = models.ForeignKey("accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    authenticated = models.BooleanField(default=False)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "source_id"), name="order_source_once")]
        ordering = ("ordered_at", "pk")

    def __str__(self) -> str:
        return self.description or self.code or self.source_id
