"""Receivers of what happens, and what each was told."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Webhook(models.Model):
    """A receiver of what happens at one facility. Its keys of signature are encrypted; the earlier one signs along for a day.

    What it is told are ids and the kind of event, never more.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=400, db_collation="C")
    kinds = ArrayField(models.CharField(max_length=40))
    key = models.TextField()
    key_before = models.TextField(blank=True)
    key_before_until = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(url__startswith="https://"), name="webhook_by_https"),
            models.CheckConstraint(condition=models.Q(kinds__len__gt=0), name="webhook_of_something"),
        ]
        indexes = [
            # What happened: who is told at a facility.
            models.Index(fields=("facility",), condition=models.Q(ended_at__isnull=True), name="webhook_live"),
        ]
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event for one receiver, once. ``uuid`` is what the receiver knows it by; attempts are the outbox row's."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    event = models.ForeignKey("accounts.Event", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=40, db_collation="C")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    asked_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    answered = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The receiver's HTTP status.")

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [models.UniqueConstraint(fields=("webhook", "event"), name="webhook_event_once")]
        indexes = [
            # The receiver's page: its last deliveries.
            models.Index(fields=("webhook", "-id"), name="delivery_by_webhook"),
            # The purge of old deliveries.
            models.Index(fields=("asked_at",), name="delivery_by_age"),
        ]
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"delivery #{self.pk}"
