"""Codes that the record's words name, offered to the coder. None is a code of the account until a coder accepts it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from .codes import CodedDiagnosis, DiagnosisRole


class SuggestionState(models.TextChoices):
    """What became of a suggestion. *Lapsed*: a newer document no longer says it."""

    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"
    DISMISSED = "dismissed", "Dismissed"
    LAPSED = "lapsed", "Lapsed"


class Suggestion(models.Model):
    """One code with the passage that names it: code points ``start`` to ``end`` of one document version, and the quote.

    ``why`` are the context words that were recognised (``history``, ``uncertain``). ``unseen``: accepted by somebody who had not
    gone to the passage. What was offered never changes, and what was settled stays so (trigger).
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="suggestions")
    version = models.ForeignKey("accounts.DocumentVersion", on_delete=models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()
    system = models.CharField(max_length=12, db_collation="C")
    code = models.CharField(max_length=8, db_collation="C")
    title = models.TextField()
    role = models.CharField(max_length=16, choices=DiagnosisRole, default=DiagnosisRole.DIAGNOSIS, db_collation="C")
    why = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=SuggestionState, default=SuggestionState.OFFERED, db_collation="C")
    made_at = models.DateTimeField(auto_now_add=True)
    viewed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unseen = models.BooleanField(default=False)
    diagnosis = models.ForeignKey(CodedDiagnosis, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("account", "system", "code"), condition=Q(state=SuggestionState.OFFERED), name="suggestion_offered_once"
            ),
            models.CheckConstraint(condition=Q(state__in=SuggestionState.values), name="suggestion_state_known"),
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="suggestion_passage_whole"),
            models.CheckConstraint(
                condition=Q(state=SuggestionState.OFFERED, settled_at__isnull=True, settled_by__isnull=True)
                | Q(state=SuggestionState.LAPSED, settled_at__isnull=False, settled_by__isnull=True)
                | Q(
                    state__in=(SuggestionState.ACCEPTED, SuggestionState.DISMISSED),
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                ),
                name="suggestion_settled_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(state=SuggestionState.ACCEPTED, diagnosis__isnull=False, unseen=True, viewed_at__isnull=True)
                | Q(state=SuggestionState.ACCEPTED, diagnosis__isnull=False, unseen=False, viewed_at__isnull=False)
                | (~Q(state=SuggestionState.ACCEPTED) & Q(diagnosis__isnull=True, unseen=False)),
                name="suggestion_unseen_is_true",
            ),
        ]
        indexes = [
            # The account page, and the making of more: an account's suggestions.
            models.Index(fields=("account", "state"), name="suggestion_by_account"),
            # Figures: what a facility's coders accepted, and how much of it unseen, in a period.
            models.Index(
                fields=("facility", "settled_at"), condition=Q(settled_at__isnull=False), name="suggestion_settled_by_day"
            ),
            # Figures: what was offered in a period.
            models.Index(fields=("facility", "made_at"), name="suggestion_made_by_day"),
        ]

    def __str__(self) -> str:
        return f"suggestion #{self.pk}"
