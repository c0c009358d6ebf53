"""A facility's policy: what somebody is writing, what waits for a second person, and every published version."""

from typing import Final

from django.conf import settings
from django.db import models


class PolicyVersion(models.Model):
    """One published policy: canonical JSON text and its hash, in force from a date until a later one takes over."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="policies")
    number = models.PositiveIntegerField()
    document = models.TextField()
    hash = models.CharField(max_length=64, db_collation="C")
    effective_from = models.DateField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("facility", "number"), name="policy_number_once"),
            models.CheckConstraint(condition=~models.Q(written_by=models.F("published_by")), name="policy_two_people"),
        ]
        indexes = [
            # The policy in force: the newest version that has begun.
            models.Index(fields=("facility", "-effective_from", "-number"), name="policy_in_force"),
        ]

    def __str__(self) -> str:
        return f"policy {self.number}"


class PolicyDraft(models.Model):
    """What one person is changing in a facility's policy, as typed: plain JSON that need not be a policy yet.

    ``base`` is the number of the newest version when it was begun, 0 where there was none. Deleted when it is proposed or
    thrown away.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    document = models.TextField()
    base = models.PositiveIntegerField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "user"), name="policy_draft_once")]

    def __str__(self) -> str:
        return f"draft of a policy #{self.pk}"


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", "Waits for a second person"
    PUBLISHED = "published", "Published"
    RETURNED = "returned", "Sent back"
    WITHDRAWN = "withdrawn", "Withdrawn"


class PolicyProposal(models.Model):
    """A policy that somebody wrote and another person publishes or sends back. Only its end is written later (trigger)."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    document = models.TextField()
    hash = models.CharField(max_length=64, db_collation="C")
    base = models.PositiveIntegerField(help_text="The newest version when it was written; 0 where there was none.")
    reason = models.CharField(max_length=300)
    effective_from = models.DateField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN, db_collation="C")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, help_text="Why it was sent back or withdrawn.")
    version = models.OneToOneField(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="proposal")

    class Meta:
        constraints = [
            # Also serves every page of the process: the proposal that waits.
            models.UniqueConstraint(fields=("facility",), condition=models.Q(state="open"), name="policy_proposal_one_open"),
            models.CheckConstraint(condition=models.Q(state__in=ProposalState.values), name="policy_proposal_state_known"),
            models.CheckConstraint(
                condition=models.Q(state="open", settled_by__isnull=True, settled_at__isnull=True)
                | (~models.Q(state="open") & models.Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="policy_proposal_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("published", "returned")) | ~models.Q(written_by=models.F("settled_by")),
                name="policy_proposal_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(state="published", version__isnull=False)
                | (~models.Q(state="published") & models.Q(version__isnull=True)),
                name="policy_proposal_has_its_version",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal of a policy #{self.pk}"


#: Every kind of PolicyEvent and how it reads; placeholders are the event's fields.
POLICY_EVENTS: Final[dict[str, str]] = {
    "policy.proposed": "Written, to be published by another person",
    "policy.withdrawn": "Withdrawn by who wrote it",
    "policy.returned": "Sent back",
    "policy.published": "Version {number} published",
    "policy.rolled_back": "Version {number} taken up again as a draft",
    "policy.imported": "A file taken in as a draft",
    "policy.exported": "Version {number} exported to a file",
}


class PolicyEvent(models.Model):
    """One act about a facility's policy: who, what, when, why. Append-only. ``number`` is the version it is about, if any."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, db_collation="C")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    number = models.PositiveIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # The history of a facility's policy, newest first.
            models.Index(fields=("facility", "-id"), name="policy_event_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def words(self) -> str:
        """The act as a phrase people read."""
        return POLICY_EVENTS.get(self.kind, self.kind).format(number=self.number)
