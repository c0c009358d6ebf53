"""Patients and providers, as one facility knows them."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Concat, Upper

#: A patient's name as it is searched: family, given and middle name in capitals, one space between them.
SEARCHED_NAME = Upper(Concat("family_name", models.Value(" "), "given_name", models.Value(" "), "middle_name"))


class Sex(models.TextChoices):
    """Administrative sex, HL7 table 0001 as the claim carries it."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"
    UNKNOWN = "U", "Unknown"


class Patient(models.Model):
    """One person per facility and assigning authority; the same person elsewhere is another row.

    ``person_key`` links those rows; ``merged_into`` is set by an A40.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="patients")
    authority = models.CharField(max_length=40, default="MRN", db_collation="C")
    mrn = models.CharField(max_length=40, db_collation="C")
    person_key = models.CharField(max_length=40, blank=True, db_collation="C")
    family_name = models.CharField(max_length=120)
    given_name = models.CharField(max_length=120)
    middle_name = models.CharField(max_length=60, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    address_line = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip_code = models.CharField(max_length=9, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "authority", "mrn"), name="patient_mrn_once")]
        indexes = [
            # Account search: three letters or more anywhere in the name.
            GinIndex(OpClass(SEARCHED_NAME, name="gin_trgm_ops"), name="patient_by_name"),
            # Account search: the beginning of a medical record number, whoever assigned it.
            models.Index(fields=("facility", "mrn"), name="patient_by_mrn"),
        ]

    def __str__(self) -> str:
        return f"{self.family_name}, {self.given_name}"


class Provider(models.Model):
    """A clinician who orders, treats or documents; not a person who signs in here."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="providers")
    source_id = models.CharField(max_length=40, db_collation="C")
    npi = models.CharField(max_length=10, blank=True, db_collation="C")
    family_name = models.CharField(max_length=60)
    given_name = models.CharField(max_length=60, blank=True)
    taxonomy = models.CharField(max_length=10, blank=True, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "source_id"), name="provider_source_once")]

    def __str__(self) -> str:
        return f"{self.family_name}, {self.given_name}".rstrip(", ")
