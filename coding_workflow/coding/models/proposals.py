"""Codes that an encoder or the opening load brought. None is a code of the account until a coder takes it over."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import told_codes
from accounts.models import CodeSource

from .codes import CodedDiagnosis, CodedProcedure, PresentOnAdmission


class ProposalState(models.TextChoices):
    """What became of a proposed code. *Lapsed*: what was told later does not hold it."""

    OPEN = "open", "Open"
    TAKEN = "taken", "Taken over"
    DISMISSED = "dismissed", "Dismissed"
    LAPSED = "lapsed", "Lapsed"


class ProposedCode(models.Model):
    """One code as it was told, in its place. What was proposed never changes, and what was settled stays so (trigger).

    ``kind`` is the sender's list; which list of the claim it is depends on the account's class when it is taken over.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="proposed_codes")
    told = models.ForeignKey("accounts.ToldCodes", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=8, choices=CodeSource, db_collation="C")
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in told_codes.KINDS], db_collation="C")
    position = models.PositiveSmallIntegerField()
    system = models.CharField(max_length=12, db_collation="C")
    code = models.CharField(max_length=8, db_collation="C")
    poa = models.CharField(max_length=1, blank=True, choices=PresentOnAdmission, db_collation="C")
    performed_on = models.DateField(null=True, blank=True)
    modifiers = models.JSONField(default=list)
    units = models.CharField(max_length=10, blank=True, db_collation="C")
    provider = models.ForeignKey("accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=ProposalState, default=ProposalState.OPEN, db_collation="C")
    made_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    diagnosis = models.ForeignKey(CodedDiagnosis, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    procedure = models.ForeignKey(CodedProcedure, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_known"),
            models.CheckConstraint(
                condition=Q(state=ProposalState.OPEN, settled_at__isnull=True, settled_by__isnull=True)
                | Q(state=ProposalState.LAPSED, settled_at__isnull=False, settled_by__isnull=True)
                | Q(
                    state__in=(ProposalState.TAKEN, ProposalState.DISMISSED),
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                ),
                name="proposal_settled_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.TAKEN, diagnosis__isnull=False, procedure__isnull=True)
                | Q(state=ProposalState.TAKEN, diagnosis__isnull=True, procedure__isnull=False)
                | (~Q(state=ProposalState.TAKEN) & Q(diagnosis__isnull=True, procedure__isnull=True)),
                name="proposal_taken_is_a_code",
            ),
        ]
        indexes = [
            # The account page, and bringing proposals up to date: an account's, by state.
            models.Index(fields=("account", "state"), name="proposal_by_account"),
        ]

    def __str__(self) -> str:
        return f"proposed code #{self.pk}"
