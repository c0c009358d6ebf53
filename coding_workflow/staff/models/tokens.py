"""Tokens by which programs use the API for a person, or for a system of the hospital."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from .roles import Role


class TokenScope(models.TextChoices):
    """What a token is for; never more than its owner may do."""

    READ = "read", "Read"
    WRITE = "write", "Read and write"
    MESSAGES = "messages", "Deliver messages only"


class ApiToken(models.Model):
    """One token of one owner at one facility, with some of the owner's roles, until ``expires_at``.

    The token itself is shown once and kept as a SHA-256: it has 256 random bits, so that the hash cannot be guessed.
    ``prefix`` names it in lists and logs. ``epoch`` is the owner's session epoch when it was made: what ends all sessions
    of a person ends the token. Requests are counted by the minute.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, db_collation="C")
    secret_hash = models.CharField(max_length=64, db_collation="C")
    scope = models.CharField(max_length=8, choices=TokenScope, db_collation="C")
    roles = ArrayField(models.CharField(max_length=16, choices=Role))
    epoch = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    minute_began_at = models.DateTimeField(null=True, blank=True)
    minute_count = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(scope__in=TokenScope.values), name="token_scope_known"),
            models.CheckConstraint(condition=models.Q(roles__len__gt=0), name="token_has_a_role"),
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("made_at")), name="token_ends"),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | models.Q(revoked_by__isnull=False), name="token_revoked_by_somebody"
            ),
        ]
        indexes = [
            # The administrators' list: tokens of a facility, newest first.
            models.Index(fields=("facility", "-id"), name="token_by_facility"),
        ]
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.prefix
