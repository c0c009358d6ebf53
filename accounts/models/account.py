"""The patient account: what flows from registration to payment."""

from typing import Any

from django.db import models

from accounts.stay import length_of_stay


class PatientClass(models.TextChoices):
    """Where and how the patient was treated, as coding departments sort their work."""

    INPATIENT = "inpatient", "Inpatient"
    OBSERVATION = "observation", "Observation"
    EMERGENCY = "emergency", "Emergency"
    OUTPATIENT_SURGERY = "outpatient_surgery", "Outpatient surgery"
    CLINIC = "clinic", "Clinic"
    RECURRING = "recurring", "Recurring"
    ANCILLARY = "ancillary", "Ancillary"
    NEWBORN = "newborn", "Newborn"
    PROFESSIONAL = "professional", "Professional fees"


#: Classes that are coded with ICD-10-PCS and POA and billed on 011x.
INPATIENT_CLASSES = frozenset({PatientClass.INPATIENT, PatientClass.NEWBORN})


class BillingKind(models.TextChoices):
    """Whose bill it is; a visit billed both ways is two accounts that share encounters.

    The class *professional* goes with the professional bill, and no other class does (constraint).
    """

    FACILITY = "facility", "Facility"
    PROFESSIONAL = "professional", "Professional"


def billing_kind_of(patient_class: str) -> BillingKind:
    """Whose bill an account of this class is."""
    return BillingKind.PROFESSIONAL if patient_class == PatientClass.PROFESSIONAL else BillingKind.FACILITY


class Step(models.TextChoices):
    """The coarse stage. Holds, work, reviews and claim statuses are rows of their own."""

    REGISTERED = "registered", "Registered"
    DISCHARGED = "discharged", "Discharged, waiting"
    CODING = "coding", "Coding"
    FINAL_CODED = "final_coded", "Final coded"
    RELEASED = "released", "Released"
    BILLED = "billed", "Billed"
    PAID = "paid", "Paid"
    CLOSED = "closed", "Closed without claim"
    CANCELLED = "cancelled", "Cancelled"
    COMBINED = "combined", "Combined"


#: Steps that need a release row behind them.
PAST_RELEASE = frozenset({Step.RELEASED, Step.BILLED, Step.PAID})


class AccountQuerySet(models.QuerySet["Account"]):
    """Filters named as adjectives; every list starts with ``visible_to``."""

    def visible_to(self, user: Any) -> "AccountQuerySet":
        """Accounts of the person's facilities, less the restricted ones they have not opened with a reason.

        ``user`` offers ``facility_ids()`` and ``opened_restricted_ids()`` (staff).
        """
        inside = self.filter(facility_id__in=user.facility_ids())
        return inside.filter(models.Q(restricted="") | models.Q(pk__in=user.opened_restricted_ids()))

    def held(self) -> "AccountQuerySet":
        """Accounts with an open blocking hold."""
        return self.filter(models.Exists(_open_holds()))


def _open_holds() -> "models.QuerySet[Any]":
    from .hold import Hold  # noqa: PLC0415 - hold.py refers to this file

    return Hold.objects.filter(account_id=models.OuterRef("pk"), resolved_at__isnull=True, blocking=True)


class Account(models.Model):
    """One patient account at one facility.

    ``revision`` is raised by the database whenever something that the gate judges changes. ``event_sequence``,
    ``event_head`` and ``hold_version`` are written by triggers only; the application's role cannot.
    The claim elements below are patient accounting's; what the record says is the coder's abstract.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="accounts")
    number = models.CharField(max_length=40, db_collation="C")
    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="accounts")
    unit = models.ForeignKey("accounts.Unit", null=True, blank=True, on_delete=models.PROTECT)
    billing_kind = models.CharField(max_length=12, choices=BillingKind, default=BillingKind.FACILITY)
    patient_class = models.CharField(max_length=20, choices=PatientClass)
    service = models.CharField(max_length=20, blank=True, db_collation="C")
    step = models.CharField(max_length=16, choices=Step, default=Step.REGISTERED, db_collation="C")
    revision = models.PositiveIntegerField(default=0)
    restricted = models.CharField(max_length=40, blank=True, help_text="Why only some may open it: employee, VIP, 42 CFR Part 2.")

    admitted_at = models.DateTimeField(null=True, blank=True)
    discharged_at = models.DateTimeField(null=True, blank=True)
    admit_date = models.DateField(null=True, blank=True)
    discharge_date = models.DateField(null=True, blank=True)
    discharge_status = models.CharField(max_length=2, blank=True, db_collation="C")
    admission_type = models.CharField(max_length=1, blank=True, db_collation="C")
    point_of_origin = models.CharField(max_length=1, blank=True, db_collation="C")
    type_of_bill = models.CharField(max_length=4, blank=True, db_collation="C")
    statement_from = models.DateField(null=True, blank=True)
    statement_through = models.DateField(null=True, blank=True)
    attending = models.ForeignKey("accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="attended")
    operating = models.ForeignKey("accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="operated")
    place_of_service = models.CharField(
        max_length=2, blank=True, default="", db_default="", db_collation="C", help_text="Of a professional bill: CMS code set."
    )
    rendering = models.ForeignKey(
        "accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    referring = models.ForeignKey(
        "accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    supervising = models.ForeignKey(
        "accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    condition_codes = models.JSONField(default=list, help_text="UB-04 condition codes, as text.")
    occurrence_codes = models.JSONField(default=list, help_text='[{"code": "55", "date": "2026-09-01"}]')
    occurrence_spans = models.JSONField(
        default=list,
        help_text='[{"code": "74", "from": "2026-09-02", "through": "2026-09-03"}]; leaves keep their own up to date.',
    )
    value_codes = models.JSONField(default=list, help_text='[{"code": "54", "amount": "3200"}]')
    total_charges = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, help_text="Sum of charge lines, kept by a trigger."
    )

    combined_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="combined_from")
    mother = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="newborns")
    ready_at = models.DateTimeField(null=True, blank=True, help_text="Coding-ready since; apart from the discharge.")
    final_coded_at = models.DateTimeField(null=True, blank=True)
    event_sequence = models.PositiveIntegerField(default=0, editable=False)
    event_head = models.CharField(max_length=64, default="", editable=False, db_collation="C")
    hold_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("facility", "number"), name="account_number_once"),
            models.CheckConstraint(
                condition=models.Q(discharge_date__isnull=True)
                | models.Q(admit_date__isnull=True)
                | models.Q(discharge_date__gte=models.F("admit_date")),
                name="account_discharged_after_admission",
            ),
            models.CheckConstraint(condition=models.Q(step__in=Step.values), name="account_step_known"),
            models.CheckConstraint(
                condition=models.Q(billing_kind="professional", patient_class="professional")
                | ~(models.Q(billing_kind="professional") | models.Q(patient_class="professional")),
                name="account_professional_by_class",
            ),
        ]
        indexes = [
            # Release board and wall: accounts at one step of a facility, oldest discharge first.
            models.Index(fields=("facility", "step", "discharge_date", "id"), name="account_by_step"),
            # All accounts of one patient: prior encounters, payment window.
            models.Index(fields=("patient", "admit_date"), name="account_by_patient"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_inpatient(self) -> bool:
        """Coded and billed as an inpatient stay."""
        return self.patient_class in INPATIENT_CLASSES

    @property
    def is_professional(self) -> bool:
        """Billed for the physician's work (837P): CPT and HCPCS lines with diagnosis pointers."""
        return self.billing_kind == BillingKind.PROFESSIONAL

    def length_of_stay(self) -> int | None:
        """Whole days; see ``length_of_stay``. None while the patient is in house."""
        if self.admit_date is None or self.discharge_date is None:
            return None
        return length_of_stay(self.admit_date, self.discharge_date)

    def primary_coverage(self) -> "Coverage | None":
        """Who is asked to pay first, with the payer; None without any coverage. One query."""
        return self.coverages.select_related("payer").order_by("rank").first()


class Encounter(models.Model):
    """A visit with class and times; an account covers one or more of them. ``merged_into`` is set by an A42."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="encounters")
    visit_number = models.CharField(max_length=40, db_collation="C")
    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="encounters")
    patient_class = models.CharField(max_length=20, choices=PatientClass)
    location = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    accounts = models.ManyToManyField(Account, related_name="encounters")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "visit_number"), name="encounter_number_once")]

    def __str__(self) -> str:
        return self.visit_number


class Coverage(models.Model):
    """Who is asked to pay, in order; rank 1 is the primary payer."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="coverages")
    payer = models.ForeignKey("accounts.Payer", on_delete=models.PROTECT, related_name="coverages")
    rank = models.PositiveSmallIntegerField(default=1)
    member_id = models.CharField(max_length=40, blank=True, db_collation="C")
    group_number = models.CharField(max_length=40, blank=True, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("account", "rank"), name="coverage_rank_once")]
        ordering = ("rank",)

    def __str__(self) -> str:
        return f"{self.rank}. {self.payer}"


class Milestone(models.Model):
    """An upstream step of the encounter with owner and time: registered, ordered, treated, documented ..."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="milestones")
    kind = models.CharField(max_length=20, db_collation="C")
    owner = models.CharField(max_length=30, blank=True)
    reached_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("account", "kind"), name="milestone_once")]

    def __str__(self) -> str:
        return self.kind
