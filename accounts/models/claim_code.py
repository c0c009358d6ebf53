"""Codes of the claim form that people entered beside what patient accounting tells."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts import claim_codes


class ClaimCodeKind(models.TextChoices):
    """Which list of the claim form it is on."""

    OCCURRENCE = claim_codes.OCCURRENCE, claim_codes.KINDS[claim_codes.OCCURRENCE]
    SPAN = claim_codes.SPAN, claim_codes.KINDS[claim_codes.SPAN]
    CONDITION = claim_codes.CONDITION, claim_codes.KINDS[claim_codes.CONDITION]
    VALUE = claim_codes.VALUE, claim_codes.KINDS[claim_codes.VALUE]


_BARE = Q(on__isnull=True, through__isnull=True, amount__isnull=True)


class EnteredClaimCode(models.Model):
    """One code as a person entered it, or (``off``) took off whatever patient accounting tells. In force until it is ended.

    What was entered never changes: another day or amount is another row (trigger).
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="entered_claim_codes", db_index=False)
    kind = models.CharField(max_length=10, choices=ClaimCodeKind, db_collation="C")
    code = models.CharField(max_length=2, db_collation="C")
    on = models.DateField(null=True, blank=True, help_text="Of an occurrence; the first day of a span.")
    through = models.DateField(null=True, blank=True, help_text="The last day of a span.")
    amount = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True, help_text="Of a value code.")
    off = models.BooleanField(default=False, help_text="Not on the claim, whatever patient accounting tells.")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z]{2}$"), name="claim_code_form"),
            models.CheckConstraint(
                condition=(Q(off=True, kind__in=ClaimCodeKind.values) & _BARE)
                | (Q(off=False, kind=ClaimCodeKind.CONDITION) & _BARE)
                | Q(off=False, kind=ClaimCodeKind.OCCURRENCE, on__isnull=False, through__isnull=True, amount__isnull=True)
                | Q(
                    off=False,
                    kind=ClaimCodeKind.SPAN,
                    on__isnull=False,
                    through__isnull=False,
                    through__gte=F("on"),
                    amount__isnull=True,
                )
                | Q(
                    off=False,
                    kind=ClaimCodeKind.VALUE,
                    on__isnull=True,
                    through__isnull=True,
                    amount__isnull=False,
                    amount__gte=0,
                ),
                name="claim_code_says_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True, ended_at__isnull=True) | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="claim_code_ended_by_somebody",
            ),
            # Also serves assembling facts: the codes in force of an account.
            models.UniqueConstraint(
                fields=("account", "kind", "code", "on"), condition=Q(ended_at__isnull=True), name="claim_code_once"
            ),
            models.UniqueConstraint(
                fields=("account", "kind", "code"),
                condition=Q(ended_at__isnull=True, on__isnull=True),
                name="claim_code_without_day_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} code #{self.pk}"

    @property
    def said(self) -> claim_codes.ClaimCode:
        """The code as it goes on the claim."""
        return claim_codes.ClaimCode(self.kind, self.code, self.on, self.through, self.amount)
