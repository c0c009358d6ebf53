"""Feeds as configuration with their history and heartbeat; files and lists that are worked off piece by piece."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import append_only, never_deleted

KINDS = [("mllp", "MLLP listener"), ("folder", "Watched folder"), ("upload", "Files, by hand"), ("api", "API")]
FORMATS = [("hl7", "HL7 version 2"), ("fhir", "FHIR R4"), ("csv", "CSV")]
ANSWERS = [("AA", "AA: it is here, and on our list"), ("AE", "AE: with the reason and the place")]
LISTENERS = [("running", "Running"), ("trouble", "In trouble"), ("stopped", "Stopped")]
SOURCES = [("folder", "Folder"), ("upload", "Upload")]
DELIVERIES = [("waiting", "Waiting"), ("running", "Being imported"), ("done", "Done"), ("stopped", "Stopped")]
BULK = [("again", "Tried again"), ("aside", "Set aside")]


def _key() -> tuple[str, models.Field]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _to(model: str, related_name: str = "+", **more: bool) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model, **more)


def _one(model: str, related_name: str) -> models.OneToOneField:
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model)


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(db_collation="C", max_length=length, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("registration", "0004_record_told"),
        ("accounts", "0006_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                _key(),
                ("code", _code(40, unique=True)),
                ("title", models.CharField(max_length=80)),
                ("kind", _code(8, choices=KINDS)),
                ("format", _code(4, choices=FORMATS, default="hl7")),
                ("enabled", models.BooleanField(default=True)),
                ("address", _code(39, blank=True)),
                ("port", models.PositiveIntegerField(blank=True, null=True)),
                ("allowed", models.JSONField(blank=True, default=list)),
                ("tls", models.BooleanField(default=False)),
                (
                    "idle_seconds",
                    models.PositiveIntegerField(
                        default=3600, help_text="A connection without a message is closed after so long."
                    ),
                ),
                ("answer_listed", _code(2, choices=ANSWERS, default="AA")),
                ("folder", _code(80, blank=True)),
                ("silence_minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("facilities", models.ManyToManyField(related_name="+", to="accounts.facility")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("address", "port"), condition=models.Q(kind="mllp"), name="feed_port_once"),
                    models.UniqueConstraint(fields=("folder",), condition=models.Q(kind="folder"), name="feed_folder_once"),
                    models.CheckConstraint(
                        condition=~models.Q(kind="mllp") | (models.Q(port__range=(1, 65535)) & ~models.Q(address="")),
                        name="feed_listens_somewhere",
                    ),
                    models.CheckConstraint(condition=~models.Q(kind="folder") | ~models.Q(folder=""), name="feed_has_folder"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedRoute",
            fields=[
                _key(),
                ("sending_facility", _code(80, blank=True)),
                ("authority", _code(80, blank=True)),
                ("facility", _to("accounts.facility")),
                ("feed", _to("registration.feed", "routes")),
            ],
            options={
                "ordering": ("sending_facility", "authority"),
                "constraints": [
                    models.UniqueConstraint(fields=("feed", "sending_facility", "authority"), name="feed_route_once"),
                    models.CheckConstraint(
                        condition=~models.Q(sending_facility="", authority=""), name="feed_route_says_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedEvent",
            fields=[
                _key(),
                ("kind", _code(40)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("changes", models.JSONField(default=dict, help_text="Name to [before, after].")),
                ("by", _to(settings.AUTH_USER_MODEL, null=True)),
                ("facility", _to("accounts.facility", null=True)),
                ("feed", _to("registration.feed", "events", null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["feed", "-id"], name="feed_event_of_feed"),
                    models.Index(fields=["facility", "-id"], condition=models.Q(feed=None), name="feed_event_of_facility"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedState",
            fields=[
                _key(),
                ("state", _code(8, choices=LISTENERS)),
                ("said", models.CharField(blank=True, max_length=200)),
                ("process", _code(80, blank=True)),
                ("connections", models.PositiveIntegerField(default=0)),
                (
                    "refused",
                    models.PositiveIntegerField(default=0, help_text="Blocks that could not be kept since the process began."),
                ),
                ("started_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
                (
                    "problem",
                    models.CharField(blank=True, help_text="The last thing a sender did wrong, in words.", max_length=200),
                ),
                ("problem_at", models.DateTimeField(blank=True, null=True)),
                ("feed", _one("registration.feed", "state")),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                _key(),
                ("source", _code(6, choices=SOURCES)),
                ("name", models.CharField(max_length=255)),
                ("stamp", _code(64, blank=True)),
                ("sha256", _code(64)),
                ("size", models.PositiveBigIntegerField()),
                ("dry", models.BooleanField(default=False, help_text="Tried and undone: nothing of it was kept.")),
                ("state", _code(7, choices=DELIVERIES, default="waiting")),
                ("total", models.PositiveIntegerField(null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("outcomes", models.JSONField(default=dict)),
                ("listed", models.JSONField(default=list)),
                ("said", models.CharField(blank=True, max_length=300)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("by", _to(settings.AUTH_USER_MODEL, blank=True, null=True)),
                ("feed", _to("registration.feed", "deliveries")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("feed", "sha256", "stamp", "name"), condition=models.Q(source="folder"), name="delivery_once"
                    ),
                ],
                "indexes": [models.Index(fields=["feed", "-id"], name="delivery_of_feed")],
            },
        ),
        migrations.CreateModel(
            name="DeliveryBody",
            fields=[_key(), ("content", models.BinaryField()), ("delivery", _one("registration.delivery", "body"))],
        ),
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                _key(),
                ("kind", _code(5, choices=BULK)),
                ("status", _code(8)),
                ("code", _code(60, blank=True)),
                ("feed", _code(40, blank=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("facility_ids", django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), default=list)),
                ("until", models.BigIntegerField()),
                ("after", models.BigIntegerField(default=0)),
                ("total", models.PositiveIntegerField()),
                ("seen", models.PositiveIntegerField(default=0)),
                ("outcomes", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("stopped", models.BooleanField(default=False)),
                ("by", _to(settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(fields=["feed", "-received_at"], include=["status"], name="inbound_of_feed"),
        ),
        never_deleted("registration_feed"),
        append_only("registration_feedevent"),
        never_deleted("registration_delivery"),
        never_deleted("registration_bulkrun"),
    ]
