"""Requests of the API that were done already; webhooks and what each receiver was told."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.constraints import facility_matches, never_deleted

PROTECT = django.db.models.deletion.PROTECT


def _key() -> tuple[str, models.BigAutoField]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _to(model: str, related_name: str = "+", **more: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=PROTECT, related_name=related_name, to=model, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_queue_limits"),
        ("worklist", "0010_sample_looks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                _key(),
                ("key_hash", models.CharField(db_collation="C", max_length=64)),
                ("request_hash", models.CharField(db_collation="C", max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("subject", models.BigIntegerField(null=True)),
                ("done_at", models.DateTimeField()),
                ("user", _to(settings.AUTH_USER_MODEL, db_index=False)),
            ],
            options={
                "indexes": [models.Index(fields=["done_at"], name="idempotency_by_age")],
                "constraints": [models.UniqueConstraint(fields=("user", "key_hash"), name="idempotency_key_once")],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                _key(),
                ("name", models.CharField(max_length=80)),
                ("url", models.CharField(db_collation="C", max_length=400)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                ("key", models.TextField()),
                ("key_before", models.TextField(blank=True)),
                ("key_before_until", models.DateTimeField(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", _to(settings.AUTH_USER_MODEL, blank=True, null=True)),
                ("facility", _to("accounts.facility")),
                ("made_by", _to(settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [
                    models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["facility"], name="webhook_live")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("url__startswith", "https://")), name="webhook_by_https"),
                    models.CheckConstraint(condition=models.Q(("kinds__len__gt", 0)), name="webhook_of_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                _key(),
                ("kind", models.CharField(db_collation="C", max_length=40)),
                ("uuid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered",
                    models.PositiveSmallIntegerField(blank=True, help_text="The receiver's HTTP status.", null=True),
                ),
                ("account", _to("accounts.account")),
                ("event", _to("accounts.event", db_index=False)),
                ("facility", _to("accounts.facility")),
                ("webhook", _to("worklist.webhook", "deliveries", db_index=False)),
            ],
            options={
                "verbose_name_plural": "webhook deliveries",
                "ordering": ("-pk",),
                "indexes": [
                    models.Index(fields=["webhook", "-id"], name="delivery_by_webhook"),
                    models.Index(fields=["asked_at"], name="delivery_by_age"),
                ],
                "constraints": [models.UniqueConstraint(fields=("webhook", "event"), name="webhook_event_once")],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE worklist_webhook ADD CONSTRAINT worklist_webhook_facility_key UNIQUE (id, facility_id)",
            "ALTER TABLE worklist_webhook DROP CONSTRAINT worklist_webhook_facility_key",
        ),
        facility_matches("worklist_webhookdelivery"),
        facility_matches("worklist_webhookdelivery", column="webhook_id", target="worklist_webhook"),
        never_deleted("worklist_webhook"),
    ]
