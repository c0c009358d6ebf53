"""Queues and the open work in them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from .account import PatientClass


class WorkKind(models.TextChoices):
    """What there is to do."""

    CODING = "coding", "Coding"
    REVIEW = "review", "Review"
    QUERY = "query", "Query"
    RELEASE = "release", "Release"
    DENIAL = "denial", "Denial"
    DISCREPANCY = "discrepancy", "Discrepancy"
    IMPORT_ERROR = "import_error", "Import error"


class Queue(models.Model):
    """A named place for open work of one kind at one facility, as the set in force says (worklist publishes it).

    ``people`` are the only ones it offers work to, everybody with the role where there are none. ``most_held`` is how many
    of it one person may have open at once.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="queues")
    code = models.CharField(max_length=40, db_collation="C")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=16, choices=WorkKind)
    patient_classes = models.JSONField(default=list, help_text="Classes it takes; empty takes all.")
    position = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)
    people = ArrayField(models.BigIntegerField(), default=list, blank=True)
    most_held = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "code"), name="queue_code_once")]
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class Listed(models.Model):
    """What lists are ordered and filtered by, beside the rows that they list: what the account says now.

    Written by triggers only (migration ``0013_listed``); ``accounts.listing`` asks whether it is so. Bit n of
    ``hold_bits`` is an open blocking hold of condition n, bit 0 one of no condition; ``payer`` is the primary one.
    """

    patient_class = models.CharField(max_length=20, choices=PatientClass, db_default="", editable=False)
    discharge_date = models.DateField(null=True, editable=False)
    total_charges = models.DecimalField(max_digits=12, decimal_places=2, db_default=0, editable=False)
    payer = models.ForeignKey(
        "accounts.Payer",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    hold_bits = models.PositiveSmallIntegerField(db_default=0, editable=False)

    class Meta:
        abstract = True


class WorkItem(Listed):
    """Open work on an account; unique on (account, kind) while open. Closed items stay as a record with times.

    ``rank_at`` orders the queue, earliest first, and ages everything at the same speed; ``rank_parts`` are the words
    behind it. ``coding_type`` is the competence it takes. A lease is ``leased_to`` until ``leased_until`` (database clock).
    The listed columns of closed work are what they were when it closed.
    """

    # A claim writes every index of the row: keys that nobody asks by have none.
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="work")
    kind = models.CharField(max_length=16, choices=WorkKind)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.PROTECT, related_name="items", db_index=False)
    coding_type = models.CharField(max_length=20, blank=True, db_collation="C")
    rank_at = models.DateTimeField()
    rank_parts = models.JSONField(default=list)
    why = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    returned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="returned_work",
        db_index=False,
    )
    leased_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leased_work",
        db_index=False,
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True, db_collation="C")
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("account", "kind"), condition=models.Q(closed_at__isnull=True), name="work_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(leased_to__isnull=True, leased_until__isnull=True)
                | models.Q(leased_to__isnull=False, leased_until__isnull=False),
                name="work_lease_whole",
            ),
        ]
        # Get next and the lists: migrations 0015 and 0020 have the indexes that give a queue in each order and by each filter.
        indexes = [
            # Release board: one kind of open work of a facility in rank order.
            models.Index(
                fields=("facility", "kind", "rank_at", "id"),
                condition=models.Q(closed_at__isnull=True),
                name="work_open_by_kind",
            ),
            # My work: what a person holds, and what came back to them.
            models.Index(fields=("leased_to",), condition=models.Q(closed_at__isnull=True), name="work_open_by_holder"),
            models.Index(fields=("returned_to",), condition=models.Q(closed_at__isnull=True), name="work_open_returned"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class HeldAccount(Listed):
    """One row for each account that an open blocking hold keeps from being billed; triggers write it and take it away."""

    account = models.OneToOneField("accounts.Account", primary_key=True, on_delete=models.PROTECT, related_name="+")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"held #{self.pk}"
