"""A host's own codes compared with what was released: what was found, when."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from coding_workflow.payment.host.comparing import Difference


class HostComparison(models.Model):
    """What a comparison found that the one before it did not say. Append-only.

    ``release`` is the release compared with; None for the codes of an account that was never released, which is only noted.
    ``case`` is the discrepancy that it opened.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="host_comparisons")
    release = models.ForeignKey("release.Release", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    diagnoses = models.ForeignKey("accounts.ToldCodes", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    procedures = models.ForeignKey("accounts.ToldCodes", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    differences = models.JSONField(default=list, help_text="What, ours, theirs.")
    sha256 = models.CharField(max_length=64, db_collation="C", help_text="Of the differences.")
    case = models.ForeignKey("release.DiscrepancyCase", null=True, blank=True, on_delete=models.PROTECT, related_name="found_by")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agrees=True, differences=[]) | (models.Q(agrees=False) & ~models.Q(differences=[])),
                name="comparison_says_what_differs",
            ),
            models.CheckConstraint(
                condition=models.Q(case__isnull=True) | models.Q(agrees=False, release__isnull=False),
                name="comparison_case_for_a_difference",
            ),
        ]
        indexes = [
            # The newest of an account; the account's and the case's page.
            models.Index(fields=("account", "-id"), name="comparison_of_account"),
        ]

    def __str__(self) -> str:
        return f"comparison #{self.pk}"

    @property
    def lines(self) -> tuple[Difference, ...]:
        """The differences."""
        return tuple(Difference(*row) for row in self.differences)


def as_rows(differences: Sequence[Difference]) -> list[list[Any]]:
    """Differences for the column."""
    return [[each.what, each.ours, each.theirs] for each in differences]
