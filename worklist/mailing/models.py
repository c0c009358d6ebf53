"""Who is told by mail that a query waits, and what became of each message."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class QueryMailSetting(models.Model):
    """Whether a facility reminds by mail. ``contact`` is where a reader asks coding.

    ``advisor`` is mailed when a query escalates to the physician advisor.
    """

    facility = models.OneToOneField("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    on = models.BooleanField(default=False)
    contact = models.CharField(max_length=120)
    advisor = models.EmailField(blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"mail of facility #{self.facility_id}"


class ProviderEmail(models.Model):
    """Where a provider is reminded; empty where somebody took the address away."""

    provider = models.OneToOneField("accounts.Provider", on_delete=models.PROTECT, related_name="query_email")
    email = models.EmailField(blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"e-mail of provider #{self.provider_id}"


class MailState(models.TextChoices):
    """What became of a message. *Sending* is written before it leaves, so that what nobody knows of is never sent again."""

    PLANNED = "planned", "To be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Handed to the mail server"
    REFUSED = "refused", "Address refused by the mail server"
    FAILED = "failed", "Not sent: the mail server was away or did not take it"
    UNCERTAIN = "uncertain", "Perhaps sent; not tried again"
    NEEDLESS = "needless", "Not sent: no longer needed"


#: States after which nothing happens any more.
SETTLED = (MailState.SENT, MailState.REFUSED, MailState.FAILED, MailState.UNCERTAIN, MailState.NEEDLESS)


class QueryMail(models.Model):
    """One message about one step of a query's ladder to one address, once. ``uuid`` is in its Message-ID."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    query = models.ForeignKey("coding.ProviderQuery", on_delete=models.PROTECT, related_name="mails")
    step = models.PositiveSmallIntegerField()
    desk = models.CharField(max_length=20, db_collation="C")
    address = models.EmailField()
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.PLANNED, db_collation="C")
    tries = models.PositiveSmallIntegerField(default=0)
    planned_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Also serves the query's page.
            models.UniqueConstraint(fields=("query", "step", "address"), name="query_mail_once"),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="query_mail_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in SETTLED], settled_at__isnull=False)
                | (~Q(state__in=[each.value for each in SETTLED]) & Q(settled_at__isnull=True)),
                name="query_mail_settled_at_a_time",
            ),
        ]
        indexes = [
            # The page of mail: the newest of a facility.
            models.Index(fields=("facility", "-id"), name="query_mail_latest"),
        ]
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"query mail #{self.pk}"
