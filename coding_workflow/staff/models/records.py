"""What was done about people, by whom: append-only (a trigger refuses change, migration 0003)."""

from typing import Any, Final

from django.conf import settings
from django.db import models

#: Every kind of StaffEvent and how it reads; placeholders are names in the payload.
STAFF_EVENTS: Final[dict[str, str]] = {
    "person.created": "Added",
    "person.disabled": "Disabled: {reason}",
    "person.enabled": "Enabled",
    "role.granted": "Role granted: {role}",
    "role.ended": "Role ended: {role}",
    "competence.recorded": "Competence recorded: {coding_type}",
    "competence.ended": "Competence ends on {on}",
    "password.set": "Password set",
    "password.reset": "Temporary password given",
    "password.changed": "Changed the password",
    "second_factor.reset": "Authenticator app removed",
    "second_factor.connected": "Authenticator app connected",
    "sessions.ended": "All sessions ended",
    "restricted.opened": "Opened restricted account #{account}",
    "query_mail.changed": "Mail about queries switched {on}",
    "query_mail.address": "E-mail address of provider #{provider} changed",
    "webhook.added": "Webhook #{webhook} added",
    "webhook.key_changed": "Key of webhook #{webhook} changed",
    "webhook.ended": "Webhook #{webhook} ended",
    "token.made": "API token made: {prefix}, {scope}",
    "token.revoked": "API token revoked: {prefix}",
    "restricted.reviewed": "Opening #{opening} of a restricted account reviewed: {outcome}",
    "sign_on.linked": "Connected to the hospital's sign-on",
    "sign_on.unlinked": "Disconnected from the hospital's sign-on",
}


class BreakGlass(models.Model):
    """A restricted account opened by one person, for a reason, until ``expires_at`` (45 CFR 164.312(a)(2)(ii))."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opened_glass")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            # What this person may open right now, asked once a request.
            models.Index(fields=("user", "expires_at"), name="glass_by_user"),
            # Compliance's lists, newest first.
            models.Index(fields=("facility", "-id"), name="glass_by_facility"),
        ]
        ordering = ("-opened_at",)

    def __str__(self) -> str:
        return f"opened #{self.pk}"


class GlassOutcome(models.TextChoices):
    """What compliance found about one opening."""

    JUSTIFIED = "justified", "Justified"
    NOT_JUSTIFIED = "not_justified", "Not justified"
    PASSED_ON = "passed_on", "Passed on to somebody else"


class BreakGlassReview(models.Model):
    """Compliance's judgement of one opening, given once and kept; never by whoever opened it (a trigger refuses that too)."""

    opening = models.OneToOneField(BreakGlass, on_delete=models.PROTECT, related_name="review")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=GlassOutcome, db_collation="C")
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=GlassOutcome.values), name="glass_outcome_known"),
            models.CheckConstraint(
                condition=models.Q(outcome=GlassOutcome.JUSTIFIED) | ~models.Q(words=""), name="glass_outcome_with_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} #{self.pk}"


class SignInOutcome(models.TextChoices):
    """How one attempt, or one session, went."""

    SIGNED_IN = "signed_in", "Signed in"
    REFUSED = "refused", "Wrong name or password"
    DISABLED = "disabled", "Person is disabled"
    EXPIRED_PASSWORD = "expired_password", "Temporary password ran out"
    WRONG_CODE = "wrong_code", "Wrong or used code"
    THROTTLED = "throttled", "Too many attempts"
    SIGNED_OUT = "signed_out", "Signed out"
    IDLE = "idle", "Session ended: idle"
    TOO_LONG = "too_long", "Session ended: longest duration"
    ONLY_SIGN_ON = "only_sign_on", "Password where only the hospital's sign-on counts"
    NOT_KNOWN = "not_known", "Signed on at the hospital, not known here"
    ENDED_THERE = "ended_there", "Session ended by the hospital's sign-on"


class SignInRecord(models.Model):
    """One attempt to sign in, or one session's end.

    ``name_key`` is a keyed hash of what was typed as the user name, never the text: people type passwords there.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    name_key = models.CharField(max_length=64, blank=True, db_collation="C")
    at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=16, choices=SignInOutcome, db_collation="C")
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            # The latest attempts of a person, on the person's page.
            models.Index(fields=("user", "-at"), name="sign_in_by_user"),
        ]
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.outcome} #{self.pk}"


class StaffEvent(models.Model):
    """One change to a person's rights or ways in. ``actor`` is empty when a command did it."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_events")
    facility = models.ForeignKey("accounts.Facility", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40, db_collation="C")
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # The history on a person's page.
            models.Index(fields=("subject", "-at"), name="staff_event_by_subject"),
        ]
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def words(self) -> str:
        """The event as a phrase people read; an unknown kind reads as itself."""
        values: dict[str, Any] = self.payload
        return STAFF_EVENTS.get(self.kind, self.kind).format(**values)
