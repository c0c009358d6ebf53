"""Condition 1: who is trained, oriented and supervised for which type of coding, and when."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models

from accounts.models import PatientClass


class Supervision(models.TextChoices):
    """How closely the supervisor looks at the person's work."""

    FULL_REVIEW = "full_review", "Every account reviewed"
    SAMPLED = "sampled", "Samples reviewed"
    INDEPENDENT = "independent", "Independent"


class Competence(models.Model):
    """One person's competence for one type of coding at one facility, from ``valid_from`` until before ``valid_to``.

    Two records of the same person, facility and type never overlap; an earlier one is ended, never changed away.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="competences")
    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    coding_type = models.CharField(max_length=20, choices=PatientClass, db_collation="C")
    credential = models.CharField(max_length=20, help_text="CCS, COC, RHIT, RHIA ...")
    trained_on = models.DateField(help_text="Training for this type of coding completed.")
    oriented_on = models.DateField(help_text="Orientation to this facility completed.")
    supervision = models.CharField(max_length=12, choices=Supervision, default=Supervision.FULL_REVIEW, db_collation="C")
    supervisor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="supervised_competences")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="First day no longer valid.")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="competence_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("facility", RangeOperators.EQUAL),
                    ("coding_type", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="competence_range_forward",
            ),
            models.CheckConstraint(condition=~models.Q(user=models.F("supervisor")), name="competence_supervised_by_another"),
        ]
        ordering = ("coding_type", "-valid_from")

    def __str__(self) -> str:
        return f"{self.coding_type} #{self.pk}"
