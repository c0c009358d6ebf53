"""What is worked off piece by piece: a file of messages, and a choice of messages of the list."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class DeliverySource(models.TextChoices):
    """Where a file came from."""

    FOLDER = "folder", "Folder"
    UPLOAD = "upload", "Upload"


class DeliveryState(models.TextChoices):
    """How far a file is."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being imported"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Filters named as adjectives."""

    def visible_to(self, user: Any) -> "DeliveryQuerySet":
        """Files of feeds of the person's facilities."""
        return self.filter(feed__facilities__in=user.facility_ids()).distinct()


class Delivery(models.Model):
    """One file of a feed, message by message: ``done`` of ``total`` are kept.

    ``done`` is committed together with each message, so that a file that was interrupted goes on where it was. ``stamp``
    tells a file of a folder from a later one with the same name and content. ``outcomes`` counts statuses; ``listed``
    are the first messages that were not applied, by position, without values.
    """

    feed = models.ForeignKey("registration.Feed", on_delete=models.PROTECT, related_name="deliveries")
    source = models.CharField(max_length=6, choices=DeliverySource, db_collation="C")
    name = models.CharField(max_length=255)
    stamp = models.CharField(max_length=64, blank=True, db_collation="C")
    sha256 = models.CharField(max_length=64, db_collation="C")
    size = models.PositiveBigIntegerField()
    dry = models.BooleanField(default=False, help_text="Tried and undone: nothing of it was kept.")
    state = models.CharField(max_length=7, choices=DeliveryState, default=DeliveryState.WAITING, db_collation="C")
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict)
    listed = models.JSONField(default=list)
    said = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("feed", "sha256", "stamp", "name"), condition=models.Q(source="folder"), name="delivery_once"
            ),
        ]
        indexes = [
            # The files of one feed, newest first.
            models.Index(fields=("feed", "-id"), name="delivery_of_feed"),
        ]

    def __str__(self) -> str:
        return f"delivery #{self.pk}"


class DeliveryBody(models.Model):
    """The bytes of an uploaded file, until every message of it is kept."""

    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="body")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"body #{self.pk}"


class BulkKind(models.TextChoices):
    """What is done with many messages."""

    AGAIN = "again", "Tried again"
    ASIDE = "aside", "Set aside"


class BulkQuerySet(models.QuerySet["BulkRun"]):
    """Filters named as adjectives."""

    def visible_to(self, user: Any) -> "BulkQuerySet":
        """What was asked for by somebody for one of the person's facilities."""
        return self.filter(facility_ids__overlap=sorted(user.facility_ids()))


class BulkRun(models.Model):
    """A choice of listed messages that are tried again or set aside, a batch at a time.

    Only messages up to ``until`` belong to it: what fails later was not counted when the person looked. They are those
    that the person may see, at ``facility_ids``.
    """

    kind = models.CharField(max_length=5, choices=BulkKind, db_collation="C")
    status = models.CharField(max_length=8, db_collation="C")
    code = models.CharField(max_length=60, blank=True, db_collation="C")
    feed = models.CharField(max_length=40, blank=True, db_collation="C")
    reason = models.CharField(max_length=300, blank=True)
    facility_ids = ArrayField(models.BigIntegerField(), default=list)
    until = models.BigIntegerField()
    after = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField()
    seen = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped = models.BooleanField(default=False)

    objects = BulkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"bulk #{self.pk}"
