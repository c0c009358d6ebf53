"""Work for later: the queue of record. Redis only rings the bell."""

from django.db import models


class OutboxState(models.TextChoices):
    """Where a row is."""

    WAITING = "waiting", "Waiting"
    LEASED = "leased", "Running"
    DONE = "done", "Done"
    PARKED = "parked", "Parked"


class OutboxRow(models.Model):
    """One thing to do later, written in the transaction that causes it.

    ``key`` makes a waiting row unique per kind, so a burst of changes asks once. ``payload`` holds ids only.
    ``fence`` rises with each lease; a worker whose fence is old writes nothing.
    """

    kind = models.CharField(max_length=40, db_collation="C")
    key = models.CharField(max_length=120, db_collation="C")
    facility = models.ForeignKey("accounts.Facility", null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    payload = models.JSONField(default=dict)
    lane = models.CharField(max_length=12, default="interactive", db_collation="C", help_text="interactive or bulk.")
    state = models.CharField(max_length=8, choices=OutboxState, default=OutboxState.WAITING, db_collation="C")
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True, help_text="When the relay last told the broker.")
    error = models.CharField(max_length=200, blank=True, help_text="Exception class and place; never its text.")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("kind", "key"), condition=models.Q(state="waiting"), name="outbox_waiting_once")
        ]
        indexes = [
            # The relay's sweep of one lane: what is due, and leases that ran out.
            models.Index(fields=("lane", "not_before", "id"), condition=models.Q(state="waiting"), name="outbox_due"),
            models.Index(fields=("leased_until",), condition=models.Q(state="leased"), name="outbox_leased"),
            # The supervisors' list of parked work.
            models.Index(fields=("id",), condition=models.Q(state="parked"), name="outbox_parked"),
            # Purge of finished rows.
            models.Index(fields=("finished_at",), condition=models.Q(state="done"), name="outbox_done"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
