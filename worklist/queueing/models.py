"""What queues ask of people, and sets that wait for a second person."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from coding_workflow.policy.models import ProposalState


class QueueNeeds(models.Model):
    """What a queue in force asks of whom its work is given, as the claim reads it; empty lists ask for nothing.

    ``supervision`` are the levels that will do.
    """

    queue = models.OneToOneField("accounts.Queue", on_delete=models.PROTECT, related_name="needs")
    credentials = ArrayField(models.CharField(max_length=12), default=list)
    coding_types = ArrayField(models.CharField(max_length=20), default=list)
    supervision = ArrayField(models.CharField(max_length=12), default=list)

    def __str__(self) -> str:
        return f"needs of queue #{self.queue_id}"


class QueueSetProposal(models.Model):
    """A set of queues that somebody wrote and another person publishes or sends back. Only its end is written later (trigger).

    ``base`` is the version that it changes, ``back_to`` the earlier one that it brings back, if it does.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    document = models.TextField()
    hash = models.CharField(max_length=64, db_collation="C")
    base = models.PositiveIntegerField()
    back_to = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=300)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN, db_collation="C")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, help_text="Why it was sent back or withdrawn.")
    version = models.OneToOneField("worklist.QueueSetVersion", null=True, on_delete=models.PROTECT, related_name="proposal")

    class Meta:
        constraints = [
            # Also serves the pages of queues: the proposal that waits.
            models.UniqueConstraint(fields=("facility",), condition=Q(state="open"), name="queue_proposal_one_open"),
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="queue_proposal_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", settled_by__isnull=True, settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="queue_proposal_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("published", "returned")) | ~Q(written_by=F("settled_by")),
                name="queue_proposal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="published", version__isnull=False) | (~Q(state="published") & Q(version__isnull=True)),
                name="queue_proposal_has_its_version",
            ),
        ]
        indexes = [
            # The history of a facility's queues: what was sent back or withdrawn, newest first.
            models.Index(fields=("facility", "-id"), name="queue_proposal_latest"),
        ]

    def __str__(self) -> str:
        return f"proposal of queues #{self.pk}"
