"""Messages as they came, what each did, and the mapping of a feed's local codes."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from .feeds import FeedFormat


class MessageStatus(models.TextChoices):
    """What became of a message."""

    APPLIED = "applied", "Applied"
    FAILED = "failed", "Failed"
    PARKED = "parked", "Waiting for its account"
    REPLACED = "replaced", "Replaced by a correction"
    ASIDE = "aside", "Set aside"


class MessageQuerySet(models.QuerySet["InboundMessage"]):
    """Filters named as adjectives."""

    def visible_to(self, user: Any) -> "MessageQuerySet":
        """Messages of the person's facilities, less those of restricted accounts that they have not opened.

        Administrators also see messages of no known facility: mapping its code is theirs.
        """
        account = models.Q(account=None) | models.Q(account__restricted="") | models.Q(account__in=user.opened_restricted_ids())
        seen = models.Q(facility_id__in=user.facility_ids()) & account
        return self.filter(seen | models.Q(facility=None) if user.has_role("administrator") else seen)


class InboundMessage(models.Model):
    """One message, resource or row, kept as it came. It acts once, however often it comes.

    What came (feed, format, control id, body, hash, line) never changes (trigger); what became of it does. ``sentence`` holds
    no health information. Where it failed is ``segment`` and ``field`` in HL7, ``place`` in the other formats (an element, a
    column); ``line`` is that of the file it came in, 0 where files have no lines. ``account_number`` is the sender's, so that
    a parked message finds its account later. One that was set aside says why, when and by whom; what nobody needs here, such
    as a resource of a type that is not read, is set aside as it comes.
    """

    facility = models.ForeignKey("accounts.Facility", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    feed = models.CharField(max_length=40, db_collation="C")
    format = models.CharField(max_length=4, choices=FeedFormat, default=FeedFormat.HL7, db_collation="C")
    control_id = models.CharField(max_length=199, blank=True, db_collation="C")
    type = models.CharField(max_length=40, blank=True, db_collation="C")
    trigger = models.CharField(max_length=3, blank=True, db_collation="C")
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    times_received = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64, db_collation="C")
    raw = models.BinaryField()
    line = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=8, choices=MessageStatus, default=MessageStatus.FAILED, db_collation="C")
    account_number = models.CharField(max_length=40, blank=True, db_collation="C")
    code = models.CharField(max_length=60, blank=True, db_collation="C", help_text="Dotted reason why it failed or waits.")
    sentence = models.CharField(max_length=300, blank=True)
    segment = models.CharField(max_length=3, blank=True, db_collation="C")
    field = models.PositiveSmallIntegerField(default=0)
    place = models.CharField(max_length=120, blank=True, db_collation="C")
    flags = models.JSONField(default=list, help_text="Applied, but worth a look: dotted or plain codes.")
    applied_at = models.DateTimeField(null=True, blank=True)
    action = models.UUIDField(default=uuid.uuid4, help_text="Of the events it caused.")
    replaced_by = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who loaded the file.",
    )
    corrected_by = models.CharField(max_length=80, blank=True, help_text="Actor as kind:code who wrote this correction.")
    aside_reason = models.CharField(max_length=300, blank=True)
    aside_at = models.DateTimeField(null=True, blank=True)
    aside_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("feed", "control_id", "sha256"), name="inbound_message_once"),
            models.CheckConstraint(
                condition=~models.Q(status="aside") | ~models.Q(aside_reason=""), name="inbound_aside_with_reason"
            ),
        ]
        indexes = [
            # Registration of an account: messages that waited for it.
            models.Index(fields=("facility", "account_number"), condition=models.Q(status="parked"), name="inbound_parked"),
            # The error list, newest first; and whether an account has failures left.
            models.Index(
                fields=("status", "-id"), condition=models.Q(status__in=("failed", "parked", "aside")), name="inbound_listed"
            ),
            models.Index(fields=("account",), condition=models.Q(status="failed"), name="inbound_failed_of_account"),
            # Somebody asks what became of one message.
            models.Index(fields=("control_id",), condition=~models.Q(control_id=""), name="inbound_by_control_id"),
            # A feed's last message, and its counts of a day from the index alone.
            models.Index(fields=("feed", "-received_at"), include=("status",), name="inbound_of_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.trigger} #{self.pk}"


class MapKind(models.TextChoices):
    """Which local code list a mapping row translates."""

    PATIENT_CLASS = "patient_class", "Patient class (PV1-18, PV1-2)"
    SERVICE = "service", "Hospital service (PV1-10)"
    ADMISSION_TYPE = "admission_type", "Admission type (PV1-4)"
    POINT_OF_ORIGIN = "point_of_origin", "Point of origin (PV1-14)"
    DISPOSITION = "disposition", "Discharge disposition (PV1-36)"
    DOCUMENT_TYPE = "document_type", "Document type (TXA-2, OBR-24, OBR-4)"
    AUTHOR_ROLE = "author_role", "Author's role (degree)"
    PAYER = "payer", "Payer (IN1-3)"
    ORDER = "order", "Order that places a patient (OBR-4)"
    PLACE_OF_SERVICE = "place_of_service", "Place of service (FT1-16, PV1-3)"
    CODE_SYSTEM = "code_system", "Code system (DG1-3, PR1-3)"
    CODER = "coder", "Coder, as user name (EVN-5, DG1-16)"


class FeedMap(models.Model):
    """One local code of a facility in our words; ``feed`` empty means every feed. Defaults are in ``mapping.py``."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    feed = models.CharField(max_length=40, blank=True, db_collation="C")
    kind = models.CharField(max_length=16, choices=MapKind, db_collation="C")
    local = models.CharField(max_length=80, db_collation="C")
    ours = models.CharField(max_length=40, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "feed", "kind", "local"), name="feed_map_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.local}"


class LastTold(models.Model):
    """When each element of an account, or of a patient, was last told: the sender's time of the message.

    An older message that comes late does not overwrite a newer one, so the order of arrival makes no difference.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.OneToOneField("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    patient = models.OneToOneField("accounts.Patient", null=True, on_delete=models.PROTECT, related_name="+")
    elements = models.JSONField(default=dict, help_text="Element to ISO instant, UTC.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account__isnull=True) ^ models.Q(patient__isnull=True), name="last_told_of_one"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class RecordKind(models.TextChoices):
    """What a ``RecordTold`` is about."""

    DOCUMENT = "document", "Document"
    ORDER = "order", "Order"


class RecordTold(models.Model):
    """When each element of one document or order was last told, by the sender's number; and to what document it belongs.

    As ``LastTold`` does for accounts and patients. ``relation`` to ``parent``: an addendum to it, or its replacement. The
    parent may come later than what belongs to it.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=RecordKind, db_collation="C")
    number = models.CharField(max_length=80, db_collation="C")
    parent = models.CharField(max_length=80, blank=True, db_collation="C")
    relation = models.CharField(max_length=12, blank=True, db_collation="C")
    elements = models.JSONField(default=dict, help_text="Element to ISO instant, UTC.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "kind", "number"), name="record_told_once")]
        indexes = [
            # A document arrives: what waits for it as addendum or replacement.
            models.Index(fields=("facility", "parent"), condition=~models.Q(parent=""), name="record_told_by_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
