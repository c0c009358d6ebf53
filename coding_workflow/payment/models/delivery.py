"""Final codes on their way to the hospital's patient accounting system."""

from django.conf import settings
from django.db import models


class Carrier(models.TextChoices):
    """How a destination is reached, and in which form."""

    MLLP = "mllp", "HL7 over MLLP"
    HL7_FILE = "hl7_file", "HL7 file in a folder"
    CSV_FILE = "csv_file", "CSV file in a folder"


class DeliveryState(models.TextChoices):
    """How far one release's codes are with patient accounting."""

    WAITING = "waiting", "Waiting to be sent"
    TRYING = "trying", "Sent, not acknowledged"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    REFUSED = "refused", "Refused"
    SUPERSEDED = "superseded", "Not sent, a later release took its place"


class Destination(models.Model):
    """The patient accounting system of a facility. One is active at a time; what it was before stays in the history.

    ``address`` is ``host:port`` or the name of a folder; both must be among those that the installation allows.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    carrier = models.CharField(max_length=10, choices=Carrier, db_collation="C")
    address = models.CharField(max_length=200, db_collation="C")
    tls = models.BooleanField(default=False)
    message = models.CharField(max_length=10, default="BAR^P12", db_collation="C")
    receiving_application = models.CharField(max_length=40, blank=True)
    receiving_facility = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("facility",), condition=models.Q(active=True), name="destination_one_active"),
            models.CheckConstraint(condition=models.Q(carrier__in=Carrier.values), name="destination_carrier_known"),
        ]

    def __str__(self) -> str:
        return f"destination #{self.pk}"


class Delivery(models.Model):
    """One release's final codes as they are sent. What is sent never changes (trigger), and what was acknowledged is over.

    ``control_id`` is MSH-10 and part of a file's name: the same at every attempt, so that the receiver knows a repeat.
    ``answer`` holds the receiver's own words, which may name a patient.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="deliveries")
    release = models.OneToOneField("release.Release", on_delete=models.PROTECT, related_name="delivery")
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="deliveries")
    control_id = models.CharField(max_length=20, unique=True, db_collation="C")
    text = models.TextField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.WAITING, db_collation="C")
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    problem = models.CharField(max_length=40, blank=True, db_collation="C")
    answer = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=models.Q(state="acknowledged", acknowledged_at__isnull=False)
                | (~models.Q(state="acknowledged") & models.Q(acknowledged_at__isnull=True)),
                name="delivery_acknowledged_when",
            ),
        ]
        indexes = [
            # The sender: what is still to be acknowledged by a destination, in the order of the releases.
            models.Index(fields=("destination", "id"), condition=models.Q(state__in=("waiting", "trying")), name="delivery_open"),
            # The claims page: deliveries of a facility by state, newest first.
            models.Index(fields=("facility", "state", "id"), name="delivery_by_state"),
            # The account page.
            models.Index(fields=("account", "id"), name="delivery_by_account"),
        ]
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"delivery #{self.pk}"
