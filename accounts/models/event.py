"""What happened to an account, and who looked: append-only."""

import uuid

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One link of an account's history. Sequence, time and hashes are written by the database (trigger).

    ``payload`` is canonical JSON text. ``action`` is one id for all rows of one click.
    """

    # One key over both columns holds them (migration 0002); keys of their own would lock the facility's row for each event.
    facility = models.ForeignKey(
        "accounts.Facility", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="events", db_constraint=False, db_index=False
    )
    sequence = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=60, db_collation="C")
    at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=8, db_collation="C")
    actor = models.CharField(max_length=80, db_collation="C")
    action = models.UUIDField(default=uuid.uuid4)
    payload = models.TextField(default="{}")
    previous_hash = models.CharField(max_length=64, default="", db_collation="C")
    hash = models.CharField(max_length=64, default="", db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("account", "sequence"), name="event_sequence_once")]
        ordering = ("account_id", "sequence")

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"


class AccessRecord(models.Model):
    """Somebody saw health information: a page, a search, an export. Unchained, append-only."""

    facility = models.ForeignKey("accounts.Facility", null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=40, db_collation="C")
    reason = models.CharField(max_length=200, blank=True)
    # Asked for together with the account, never by itself.
    version = models.ForeignKey("accounts.DocumentVersion", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    action = models.UUIDField(default=uuid.uuid4)

    class Meta:
        indexes = [
            # Who saw this account; what this person saw.
            models.Index(fields=("account", "-at"), name="access_by_account"),
            models.Index(fields=("user", "-at"), name="access_by_user"),
            # The access report: everything in a period, by keyset.
            models.Index(fields=("-at", "-id"), name="access_by_time"),
        ]

    def __str__(self) -> str:
        return self.kind
