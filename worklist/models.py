"""What the people's view keeps for itself: counters, the configuration of queues, who was given or put back what."""

from django.conf import settings
from django.db import models

# Models of the rooms within; Django finds an application's models here.
from .api.models import IdempotencyKey as IdempotencyKey
from .counting import Changed as Changed
from .counting import Counted as Counted
from .mailing.models import ProviderEmail as ProviderEmail
from .mailing.models import QueryMail as QueryMail
from .mailing.models import QueryMailSetting as QueryMailSetting
from .queueing.models import QueueNeeds as QueueNeeds
from .queueing.models import QueueSetProposal as QueueSetProposal
from .webhooks.models import Webhook as Webhook
from .webhooks.models import WebhookDelivery as WebhookDelivery


class Board(models.TextChoices):
    """Which numbers a counter belongs to."""

    QUEUE = "queue", "Open work of a queue; the key is the queue's code"
    HOLD = "hold", "Open blocking holds; the key is condition and owner"
    FLOW = "flow", "Discharged, not final billed; the key is the part of the waterfall"


class Counter(models.Model):
    """One number on a page: how many, how old, how much. Refreshed by the relay, never touched inside a claim."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    board = models.CharField(max_length=8, choices=Board, db_collation="C")
    key = models.CharField(max_length=60, db_collation="C")
    open = models.PositiveIntegerField(default=0)
    oldest_on = models.DateField(null=True, help_text="Earliest discharge (or opening) among them.")
    dollars = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    refreshed_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also serves the pages: all numbers of a board at a facility.
            models.UniqueConstraint(fields=("facility", "board", "key"), name="counter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.board} {self.key}"


class PutBack(models.Model):
    """Somebody gave work back with a reason; get-next does not hand it to the same person again that day."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("accounts.WorkItem", on_delete=models.PROTECT, related_name="put_backs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(help_text="Business date.")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=200)

    class Meta:
        indexes = [
            # Get next: what this person put back today.
            models.Index(fields=("item", "user", "on"), name="put_back_by_person"),
            # The people page and the limit of a day: what was put back on a day, by whom.
            models.Index(fields=("facility", "on", "user"), name="put_back_by_day"),
        ]

    def __str__(self) -> str:
        return f"put back #{self.pk}"


class QueueSetVersion(models.Model):
    """One published set of queues, limits and weights: canonical text. The newest is in force; append-only.

    One person wrote it and another published it; before that took two people, nobody is named as the second. Number 1 is what
    was in force before anybody changed anything; nobody wrote it.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    document = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    back_to = models.PositiveIntegerField(null=True, help_text="The earlier version that this one brings back.")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Also serves routing: the newest set of a facility.
            models.UniqueConstraint(fields=("facility", "number"), name="queue_set_number_once"),
            models.CheckConstraint(condition=~models.Q(written_by=models.F("published_by")), name="queue_set_two_people"),
        ]

    def __str__(self) -> str:
        return f"queues, version {self.number}"


class QueueSetDraft(models.Model):
    """What one person is changing in a facility's queues; ``base`` is the version that it started from."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    document = models.TextField()
    base = models.PositiveIntegerField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "user"), name="queue_draft_once")]

    def __str__(self) -> str:
        return f"draft of queues #{self.pk}"


class Rerouting(models.Model):
    """How far open work has been put where a published set wants it. ``waiting`` is work that somebody had in hand."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    version = models.OneToOneField(QueueSetVersion, on_delete=models.PROTECT, related_name="rerouting")
    total = models.PositiveIntegerField()
    seen = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    after = models.BigIntegerField(default=0, help_text="The last work item that was looked at.")
    settled = models.BooleanField(default=False, help_text="All of it was looked at once.")
    waiting = models.JSONField(default=list)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"rerouting #{self.pk}"


class NextOnly(models.Model):
    """A supervisor's word that a person takes what get-next gives and nothing from lists, until it is ended."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            # Also serves taking from a list: whether it is so now.
            models.UniqueConstraint(
                fields=("user", "facility"), condition=models.Q(ended_at__isnull=True), name="next_only_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"next only #{self.pk}"


class Assignment(models.Model):
    """A supervisor gave work to one person, several pieces at once; it can be undone for what they have not opened."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The people page: the latest assignments of a facility.
            models.Index(fields=("facility", "-id"), name="assignment_latest"),
        ]

    def __str__(self) -> str:
        return f"assignment #{self.pk}"


class AssignedItem(models.Model):
    """One piece of an assignment: for whom it waited before, and the lease that it had then (a newer one: it was opened)."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey("accounts.WorkItem", on_delete=models.PROTECT, related_name="+")
    before = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    token = models.PositiveIntegerField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("assignment", "item"), name="assigned_item_once")]

    def __str__(self) -> str:
        return f"assigned #{self.pk}"


class AccountDraft(models.Model):
    """What one person typed into the account page and did not send yet, so that a closed laptop loses nothing.

    ``fields`` is pairs of a field's name on the page and its words; ``seen`` the newest event that the person saw
    then. Deleted when nothing is left typed.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(default=list)
    seen = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # Also serves the page: what this person left on this account.
            models.UniqueConstraint(fields=("account", "user"), name="account_draft_once"),
        ]

    def __str__(self) -> str:
        return f"account draft #{self.pk}"


class RuleDraft(models.Model):
    """The rule editor's form as one person left it: every change is kept here, so that a closed laptop loses nothing.

    ``fields`` is what stands in the form, whether or not it is a rule yet; ``seen`` the seal of the rule's draft that
    the person started from, empty where there was none. Deleted when it is saved to the rule or thrown away.
    """

    rule = models.ForeignKey("guidelines.AdminRule", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    fields = models.JSONField(default=dict)
    tests = models.TextField(default="[]")
    seen = models.CharField(max_length=64, blank=True, db_collation="C")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # Also serves the editor: what this person left in this rule.
            models.UniqueConstraint(fields=("rule", "user"), name="rule_draft_once"),
        ]

    def __str__(self) -> str:
        return f"rule draft #{self.pk}"


class Activity(models.TextChoices):
    """What a person does beside coding an account: it decides what a productivity figure means."""

    ABSTRACTING = "abstracting", "Abstracting"
    QUERIES = "queries", "Provider queries"
    EDUCATION = "education", "Education"
    MEETING = "meeting", "Meeting"
    AUDIT = "audit", "Audit and review talks"
    RELEASE_OF_INFORMATION = "release_of_information", "Release of information"
    NO_WORK = "no_work", "No work in the queues"
    SYSTEM_DOWN = "system_down", "System down"
    OTHER = "other", "Other"


class SampleLook(models.Model):
    """A supervisor looked at an account that policy released by itself. Once for a release; append-only."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    release = models.OneToOneField("release.Release", on_delete=models.PROTECT, related_name="sample_look")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    right = models.BooleanField(help_text="Nothing was found wrong.")
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(right=True) | ~models.Q(words=""), name="sample_look_says_what_is_wrong"),
        ]

    def __str__(self) -> str:
        return f"look at release #{self.release_id}"


class TimeSpell(models.Model):
    """One person at one thing without a gap: an account (by real input, a minute at a time) or an activity (from start to stop).

    ``until`` of an account is the last real input, of an activity its end; an activity that goes on has none. Never
    deleted: what was recorded wrongly is withdrawn with a reason.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    activity = models.CharField(max_length=24, choices=Activity, blank=True, db_collation="C")
    began_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    by_hand = models.CharField(max_length=200, blank=True, help_text="Why it was entered afterwards.")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account__isnull=False, activity="", until__isnull=False)
                | (models.Q(account__isnull=True) & ~models.Q(activity="")),
                name="spell_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("began_at")), name="spell_in_order"
            ),
            # One activity at a time; also serves the question what somebody is at.
            models.UniqueConstraint(
                fields=("user",), condition=models.Q(until__isnull=True, withdrawn_at__isnull=True), name="one_activity"
            ),
        ]
        indexes = [
            # A person's day, and the last spell of it.
            models.Index(fields=("user", "began_at"), name="spell_by_person"),
            # A team's days.
            models.Index(fields=("facility", "began_at"), name="spell_by_facility"),
        ]

    def __str__(self) -> str:
        return f"spell #{self.pk}"


class Reconciliation(models.Model):
    """What patient accounting had unbilled against what was unbilled here, at one moment. Kept; explained once (trigger).

    ``differences``: kind, account number, charges there and here, the first ones; ``differing`` counts all of them.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, db_collation="C")
    there = models.PositiveIntegerField()
    here = models.PositiveIntegerField()
    agreeing = models.PositiveIntegerField()
    dollars_there = models.DecimalField(max_digits=16, decimal_places=2)
    dollars_here = models.DecimalField(max_digits=16, decimal_places=2)
    differing = models.PositiveIntegerField()
    differences = models.JSONField()
    loads = models.JSONField(
        null=True, help_text="Codes and holds of the opening load: there, here, and the accounts that differ."
    )
    explanation = models.CharField(max_length=1000, blank=True)
    explained_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            # The page: the newest of a facility.
            models.Index(fields=("facility", "-id"), name="reconciliation_newest"),
        ]

    def __str__(self) -> str:
        return f"reconciliation #{self.pk}"

    @property
    def differs(self) -> bool:
        """Whether anything differs that somebody has to explain: accounts, charges, or counts of codes and holds."""
        return bool(self.differing or any(each["differing"] for each in (self.loads or {}).values()))


class FeedHeard(models.Model):
    """When a feed last sent something for a facility; ``facility`` is empty for messages that named none we know.

    Kept by the relay from the messages' keys, so that no page and no metric reads the messages.
    """

    facility = models.ForeignKey("accounts.Facility", null=True, on_delete=models.PROTECT, related_name="+")
    feed = models.CharField(max_length=40, db_collation="C")
    last_message = models.BigIntegerField()
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "feed"), nulls_distinct=False, name="feed_heard_once")]

    def __str__(self) -> str:
        return self.feed
