"""Questions to providers: the question, the copy that was sent, links to them, reminders, and what was answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from coding_workflow.coding.queries import REASONS


class QueryKind(models.TextChoices):
    """How it is asked."""

    OPEN = "open", "Open question"
    MULTIPLE_CHOICE = "multiple_choice", "Multiple choice"
    YES_NO = "yes_no", "Yes or no"


class QueryStatus(models.TextChoices):
    """Where a query stands. *Answered* waits for the signed addendum; where policy makes queries part of the legal
    record, an answer closes it."""

    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    ANSWERED = "answered", "Addendum awaited"
    CLOSED = "closed", "Closed"
    WITHDRAWN = "withdrawn", "Withdrawn"


#: A query that somebody outside still has to do something about.
OPEN_STATUSES = (QueryStatus.SENT, QueryStatus.ANSWERED)


class QueryOutcome(models.TextChoices):
    """What the provider said, as figures count it."""

    AGREED = "agreed", "Agreed"
    DISAGREED = "disagreed", "Disagreed"
    OTHER = "other", "In own words"
    UNDETERMINED = "undetermined", "Unable to determine"
    NO_RESPONSE = "no_response", "No response"


class AnswerWay(models.TextChoices):
    """How the answer came."""

    LINK = "link", "By the link"
    VERBAL = "verbal", "Told to the coder"
    WRITTEN = "written", "In writing"


class ProviderQuery(models.Model):
    """One question about one account to one provider.

    ``indicators`` are passages: ``{"version": 7, "start": 0, "end": 12}`` in code points of a document version's text.
    ``codes`` (without point) are those it is about. Once sent, what is asked no longer changes (trigger); asking again
    is another query.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="queries")
    provider = models.ForeignKey("accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="queries")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=40, blank=True, db_collation="C")
    reason = models.CharField(max_length=24, choices=list(REASONS.items()), db_collation="C")
    kind = models.CharField(max_length=16, choices=QueryKind, db_collation="C")
    subject = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    options = models.JSONField(default=list)
    indicators = models.JSONField(default=list)
    codes = models.JSONField(default=list)
    status = models.CharField(max_length=12, choices=QueryStatus, default=QueryStatus.DRAFT, db_collation="C")
    outcome = models.CharField(max_length=12, choices=QueryOutcome, blank=True, db_collation="C")
    ladder = models.PositiveSmallIntegerField(default=0, help_text="Steps of the escalation ladder taken since it was sent.")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    viewed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)
    addendum = models.ForeignKey(
        "accounts.DocumentVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="documented_queries"
    )

    class Meta:
        verbose_name_plural = "provider queries"
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=Q(status__in=QueryStatus.values), name="query_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=(QueryStatus.DRAFT, QueryStatus.WITHDRAWN))
                | Q(sent_at__isnull=False, provider__isnull=False),
                name="query_sent_to_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(QueryStatus.ANSWERED, QueryStatus.CLOSED)) | ~Q(outcome=""), name="query_ends_somehow"
            ),
        ]
        indexes = [
            # The account page and the facts: an account's queries.
            models.Index(fields=("account", "status"), name="query_by_account"),
            # The supervisor's list: open queries of a facility, oldest first.
            models.Index(
                fields=("facility", "sent_at", "id"),
                condition=Q(status__in=(QueryStatus.SENT, QueryStatus.ANSWERED)),
                name="query_open_by_age",
            ),
        ]

    def __str__(self) -> str:
        return f"query #{self.pk}"


class SentQuery(models.Model):
    """What the provider was sent, word for word, once for each query, as canonical JSON with its SHA-256. Append-only."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    query = models.OneToOneField(ProviderQuery, on_delete=models.PROTECT, related_name="sent")
    provider = models.ForeignKey("accounts.Provider", on_delete=models.PROTECT, related_name="+")
    document = models.TextField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "sent queries"
        ordering = ("pk",)
        indexes = [
            # Figures: what a facility sent in a period.
            models.Index(fields=("facility", "sent_at"), name="sent_query_by_day"),
        ]

    def __str__(self) -> str:
        return f"sent query #{self.pk}"


class QueryResponse(models.Model):
    """The one answer to a query. Append-only. ``heard_by`` wrote it down where the provider did not."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    query = models.OneToOneField(ProviderQuery, on_delete=models.PROTECT, related_name="response")
    way = models.CharField(max_length=8, choices=AnswerWay, db_collation="C")
    outcome = models.CharField(max_length=12, choices=QueryOutcome, db_collation="C")
    choice = models.TextField(blank=True)
    words = models.TextField(blank=True)
    signed_name = models.CharField(max_length=120)
    heard_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=~Q(signed_name=""), name="query_response_signed"),
            models.CheckConstraint(condition=~Q(choice="", words=""), name="query_response_says_something"),
            models.CheckConstraint(
                condition=Q(way=AnswerWay.LINK, heard_by__isnull=True) | (~Q(way=AnswerWay.LINK) & Q(heard_by__isnull=False)),
                name="query_response_written_by_one",
            ),
        ]

    def __str__(self) -> str:
        return f"query response #{self.pk}"


class QueryReminder(models.Model):
    """One step of the escalation ladder that was taken for a query. Append-only."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    query = models.ForeignKey(ProviderQuery, on_delete=models.PROTECT, related_name="reminders")
    step = models.PositiveSmallIntegerField()
    desk = models.CharField(max_length=20, db_collation="C", help_text="Whom it is for: provider, physician_advisor, supervisor.")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("query", "step"), name="query_reminder_once")]

    def __str__(self) -> str:
        return f"query reminder #{self.pk}"


class QueryLink(models.Model):
    """A link to one query. Neither its token nor its code is stored: only hashes of them.

    It works until it is used, expires, is revoked, or was tried wrongly ``links.MOST_TRIES`` times.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    query = models.ForeignKey(ProviderQuery, on_delete=models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True, db_collation="C")
    code_hash = models.CharField(max_length=64, db_collation="C")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"query link #{self.pk}"
