"""Feeds as configuration: how messages come in, for whom, from where; and whether somebody is listening."""

from typing import Any, Final

from django.conf import settings
from django.db import models


class FeedKind(models.TextChoices):
    """How messages come."""

    MLLP = "mllp", "MLLP listener"
    FOLDER = "folder", "Watched folder"
    UPLOAD = "upload", "Files, by hand"
    API = "api", "API"


class FeedFormat(models.TextChoices):
    """What the bytes are."""

    HL7 = "hl7", "HL7 version 2"
    FHIR = "fhir", "FHIR R4"
    CSV = "csv", "CSV"


class Carries(models.TextChoices):
    """Whose codes the messages of a feed hold besides what they tell of visits. Codes of a feed that carries none are hints."""

    NOTHING = "", "No codes"
    ENCODER = "encoder", "An encoder's codes: a proposal for the coder"
    HOST = "host", "Patient accounting's codes: compared with the release"


class Answer(models.TextChoices):
    """What the sender is told of a message that was kept but could not be applied (original mode)."""

    AA = "AA", "AA: it is here, and on our list"
    AE = "AE", "AE: with the reason and the place"


class FeedQuerySet(models.QuerySet["Feed"]):
    """Filters named as adjectives."""

    def visible_to(self, user: Any) -> "FeedQuerySet":
        """Feeds of the person's facilities."""
        return self.filter(facilities__in=user.facility_ids()).distinct()

    def running(self) -> "FeedQuerySet":
        """Those that a process of their own serves."""
        return self.filter(enabled=True, kind__in=(FeedKind.MLLP, FeedKind.FOLDER)).order_by("pk")


class Feed(models.Model):
    """One interface. ``code`` is what its messages carry and never changes.

    It delivers for its ``facilities`` only. ``allowed`` are addresses and networks of senders; none means this machine
    alone. ``folder`` is below the folder of all feeds. ``silence_minutes`` is how long without a message is unusual.
    """

    code = models.CharField(max_length=40, unique=True, db_collation="C")
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=FeedKind, db_collation="C")
    format = models.CharField(max_length=4, choices=FeedFormat, default=FeedFormat.HL7, db_collation="C")
    facilities = models.ManyToManyField("accounts.Facility", related_name="+")
    carries = models.CharField(max_length=8, choices=Carries, blank=True, default="", db_default="", db_collation="C")
    enabled = models.BooleanField(default=True)
    address = models.CharField(max_length=39, blank=True, db_collation="C")
    port = models.PositiveIntegerField(null=True, blank=True)
    allowed = models.JSONField(default=list, blank=True)
    tls = models.BooleanField(default=False)
    idle_seconds = models.PositiveIntegerField(default=3600, help_text="A connection without a message is closed after so long.")
    answer_listed = models.CharField(max_length=2, choices=Answer, default=Answer.AA, db_collation="C")
    folder = models.CharField(max_length=80, blank=True, db_collation="C")
    silence_minutes = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("address", "port"), condition=models.Q(kind="mllp"), name="feed_port_once"),
            models.UniqueConstraint(fields=("folder",), condition=models.Q(kind="folder"), name="feed_folder_once"),
            models.CheckConstraint(
                condition=~models.Q(kind="mllp") | (models.Q(port__range=(1, 65535)) & ~models.Q(address="")),
                name="feed_listens_somewhere",
            ),
            models.CheckConstraint(condition=~models.Q(kind="folder") | ~models.Q(folder=""), name="feed_has_folder"),
        ]

    def __str__(self) -> str:
        return self.code


class FeedRoute(models.Model):
    """MSH-4, or the authority of PID-3, or both together, mean this facility on this feed."""

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="routes")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    sending_facility = models.CharField(max_length=80, blank=True, db_collation="C")
    authority = models.CharField(max_length=80, blank=True, db_collation="C")

    class Meta:
        ordering = ("sending_facility", "authority")
        constraints = [
            models.UniqueConstraint(fields=("feed", "sending_facility", "authority"), name="feed_route_once"),
            models.CheckConstraint(condition=~models.Q(sending_facility="", authority=""), name="feed_route_says_something"),
        ]

    def __str__(self) -> str:
        return f"route #{self.pk}"


#: Every kind of FeedEvent and how it reads.
FEED_EVENTS: Final = {
    "feed.created": "Set up",
    "feed.changed": "Settings changed",
    "feed.route_added": "Facility rule added",
    "feed.route_removed": "Facility rule removed",
    "feed.map_added": "Code mapped",
    "feed.map_changed": "Mapping changed",
    "feed.map_removed": "Mapping removed",
}


#: Settings as people read them.
FEED_SETTINGS: Final = {
    "title": "Name",
    "kind": "How messages come",
    "format": "What they are",
    "enabled": "Switched on",
    "facilities": "Delivers for",
    "carries": "Codes in its messages",
    "address": "Address",
    "port": "Port",
    "allowed": "Senders",
    "tls": "TLS",
    "idle_seconds": "Seconds of silence",
    "answer_listed": "Answer for what is listed",
    "folder": "Folder",
    "silence_minutes": "Minutes of silence that are unusual",
}


class FeedEvent(models.Model):
    """What an administrator changed, before and after; append-only. A mapping for every feed names only its facility."""

    feed = models.ForeignKey(Feed, null=True, on_delete=models.PROTECT, related_name="events")
    facility = models.ForeignKey("accounts.Facility", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40, db_collation="C")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    changes = models.JSONField(default=dict, help_text="Name to [before, after].")

    class Meta:
        indexes = [
            # The history of one feed, and of a facility's mappings for every feed.
            models.Index(fields=("feed", "-id"), name="feed_event_of_feed"),
            models.Index(fields=("facility", "-id"), condition=models.Q(feed=None), name="feed_event_of_facility"),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def words(self) -> str:
        """The kind as people read it."""
        return FEED_EVENTS.get(self.kind, self.kind)

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """What was changed, from what, to what; what was empty and stays so is left out."""
        said = [(FEED_SETTINGS.get(name, name), _plain(before), _plain(after)) for name, (before, after) in self.changes.items()]
        return [line for line in said if line[1] or line[2]]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


class ListenerState(models.TextChoices):
    """What the process of a feed says of itself."""

    RUNNING = "running", "Running"
    TROUBLE = "trouble", "In trouble"
    STOPPED = "stopped", "Stopped"


class FeedState(models.Model):
    """The heartbeat of a feed's process. Nothing here is of a patient; nothing rests on it but a page."""

    feed = models.OneToOneField(Feed, on_delete=models.PROTECT, related_name="state")
    state = models.CharField(max_length=8, choices=ListenerState, db_collation="C")
    said = models.CharField(max_length=200, blank=True)
    process = models.CharField(max_length=80, blank=True, db_collation="C")
    connections = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0, help_text="Blocks that could not be kept since the process began.")
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    problem = models.CharField(max_length=200, blank=True, help_text="The last thing a sender did wrong, in words.")
    problem_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"state #{self.pk}"
