"""Check runs, releases with their certificates, overrides, and the discrepancy cases that reopen a release."""

from django.conf import settings
from django.db import models


class Verdict(models.TextChoices):
    """What a check says."""

    RELEASABLE = "releasable", "Releasable"
    HELD = "held", "Held"


class Check(models.Model):
    """One verdict on one account revision under one rule set, set of tables and policy; append-only, the newest stands.

    ``findings`` and ``conditions`` are JSON of the evaluation. ``facts`` is canonical JSON text, what was judged;
    ``assembly`` names how it was read from the rows (``release.facts.ASSEMBLY``).
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="checks")
    revision = models.PositiveIntegerField()
    ruleset_hash = models.CharField(max_length=80, db_collation="C")
    tables_hash = models.CharField(max_length=64, db_collation="C")
    policy_hash = models.CharField(max_length=64, db_collation="C")
    facts_hash = models.CharField(max_length=80, db_collation="C")
    engine_version = models.CharField(max_length=40, db_collation="C")
    verdict = models.CharField(max_length=10, choices=Verdict, db_collation="C")
    conditions = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    drg = models.JSONField(null=True)
    tables = models.JSONField(default=dict)
    facts = models.TextField()
    assembly = models.PositiveSmallIntegerField(default=0, db_default=0)
    checked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(verdict__in=Verdict.values), name="check_verdict_known"),
        ]
        indexes = [
            # The account page and the board: the newest verdict of an account.
            models.Index(fields=("account", "-id"), name="check_newest"),
        ]

    def __str__(self) -> str:
        return f"check #{self.pk}: {self.verdict}"


class Release(models.Model):
    """One release of an account to billing. Inserting a row passes the gate, which is a trigger on this table.

    ``frequency`` is the last digit of the type of bill: 1, or 7 with ``supersedes``. ``approved_by`` is a person, or
    with ``policy`` the supervisor accountable for it; neither coded the account.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="releases")
    sequence = models.PositiveSmallIntegerField()
    frequency = models.CharField(max_length=1, default="1", db_collation="C")
    supersedes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by")
    revision = models.PositiveIntegerField()
    verdict = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="releases")
    statement_from = models.DateField(null=True, blank=True)
    statement_through = models.DateField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    policy = models.CharField(
        max_length=64, blank=True, db_collation="C", help_text="Hash of the policy that released it by itself."
    )
    released_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("account", "sequence"), name="release_sequence_once")]
        ordering = ("account_id", "sequence")

    def __str__(self) -> str:
        return f"release #{self.pk}"


class Certificate(models.Model):
    """What was judged, by what, and who stood for it: canonical JSON text with its SHA-256. Immutable."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="certificate")
    text = models.TextField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"certificate #{self.pk}"


class OverrideQuerySet(models.QuerySet["Override"]):
    """Overrides as the gate asks for them."""

    def waiting(self) -> "OverrideQuerySet":
        """Those without a second person; whether the rule asks for one is the rule's to say."""
        return self.filter(second__isnull=True, withdrawn_at__isnull=True)


class Override(models.Model):
    """A reasoned override of one finding, where its rule allows it; for exactly these subjects.

    ``version`` is the rule's as it was overridden: what another version finds was not overridden. Rows without one fit any.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="overrides")
    rule = models.CharField(max_length=80, db_collation="C")
    version = models.PositiveIntegerField(null=True)
    subjects = models.JSONField(default=list)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = [
            # What a rule did: its overrides in a period.
            models.Index(fields=("facility", "rule", "at"), name="override_by_rule"),
        ]

    def __str__(self) -> str:
        return f"override #{self.pk}"


class CaseState(models.TextChoices):
    """How far a discrepancy case is."""

    OPEN = "open", "Open"
    CORRECTING = "correcting", "Correction prepared"
    RESUBMITTED = "resubmitted", "Resubmitted"
    VERIFIED = "verified", "Verified"
    CLOSED = "closed", "Closed"


class CaseSource(models.TextChoices):
    """How the discrepancy was found."""

    LATE_CHANGE = "late_change", "Late document or charge"
    AUDIT = "audit", "Audit"
    DENIAL = "denial", "Denial"
    REMITTANCE = "remittance", "Remittance"
    HOST = "host", "Patient accounting has other codes"
    PERSON = "person", "Reported"


class DiscrepancyCaseQuerySet(models.QuerySet["DiscrepancyCase"]):
    """Filters named as adjectives."""

    def open(self) -> "DiscrepancyCaseQuerySet":
        """Cases that are neither verified nor closed; the database allows one an account."""
        return self.exclude(state__in=(CaseState.VERIFIED, CaseState.CLOSED))


class DiscrepancyCase(models.Model):
    """A discrepancy on a claim already submitted (condition 7). The payment room's services write it.

    The gate reads it here: a re-release needs root cause, correction and prevention. The 60-day clock runs from
    first knowledge (42 CFR 401.305), never from the day the amount was known.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="discrepancies")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="discrepancies")
    corrected_release = models.ForeignKey(Release, null=True, blank=True, on_delete=models.PROTECT, related_name="corrects")
    source = models.CharField(max_length=12, choices=CaseSource, db_collation="C")
    description = models.TextField()
    known_at = models.DateTimeField(help_text="First knowledge.")
    known_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    overpayment = models.BooleanField(default=False)
    refund_due_on = models.DateField(null=True, blank=True, help_text="60 days after first knowledge of an overpayment.")
    root_cause = models.TextField(blank=True)
    correction = models.TextField(blank=True)
    prevention = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=CaseState, default=CaseState.OPEN, db_collation="C")
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_words = models.TextField(blank=True)

    objects = DiscrepancyCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("account",), condition=~models.Q(state__in=("verified", "closed")), name="discrepancy_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"discrepancy #{self.pk}"
