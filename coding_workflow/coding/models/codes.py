"""What the coder writes: codes in order, the passages behind them, and the claim elements as the record says them."""

from django.conf import settings
from django.db import models


class DiagnosisRole(models.TextChoices):
    """Which list of the claim a diagnosis code stands in. In ``diagnosis`` the first is principal or first-listed."""

    DIAGNOSIS = "diagnosis", "Diagnosis"
    ADMITTING = "admitting", "Admitting diagnosis"
    REASON_FOR_VISIT = "reason_for_visit", "Reason for visit"
    EXTERNAL_CAUSE = "external_cause", "External cause"


class PresentOnAdmission(models.TextChoices):
    """POA indicators; exempt codes leave it blank (5010)."""

    YES = "Y", "Yes"
    NO = "N", "No"
    UNKNOWN = "U", "Documentation insufficient"
    UNDETERMINED = "W", "Clinically undetermined"


class CodedItem(models.Model):
    """What every assigned code has: who assigned it, who changed it last, and when it was superseded.

    A code's text never changes: another code is another row.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    system = models.CharField(max_length=12, db_collation="C")
    code = models.CharField(max_length=8, db_collation="C")
    position = models.PositiveSmallIntegerField()
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.code


class CodedDiagnosis(CodedItem):
    """One diagnosis code of an account. Code without point.

    One that was taken over from an earlier account of the patient holds until this record supports it.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="diagnoses")
    role = models.CharField(max_length=16, choices=DiagnosisRole, default=DiagnosisRole.DIAGNOSIS, db_collation="C")
    poa = models.CharField(max_length=1, blank=True, choices=PresentOnAdmission, db_collation="C")
    copied_from = models.ForeignKey(
        "accounts.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="The earlier account."
    )

    class Meta(CodedItem.Meta):
        verbose_name_plural = "coded diagnoses"
        constraints = [
            models.UniqueConstraint(
                fields=("account", "role", "code"), condition=models.Q(superseded_at__isnull=True), name="diagnosis_code_once"
            )
        ]
        indexes = [
            # The account page, the facts: codes in force of one account, in order.
            models.Index(
                fields=("account", "role", "position"), condition=models.Q(superseded_at__isnull=True), name="diagnosis_in_force"
            )
        ]


class CodedProcedure(CodedItem):
    """One procedure code: ICD-10-PCS for inpatients, CPT or HCPCS with modifiers and units for outpatients.

    ``charge`` is the charge line that the coder's HCPCS code goes on.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="procedures")
    modifiers = models.JSONField(default=list)
    units = models.DecimalField(max_digits=9, decimal_places=2, default=1)
    performed_on = models.DateField(null=True, blank=True)
    provider = models.ForeignKey("accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    charge = models.ForeignKey("accounts.ChargeLine", null=True, blank=True, on_delete=models.PROTECT, related_name="coded")
    specimen_sent = models.BooleanField(null=True, blank=True)

    class Meta(CodedItem.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=("charge",),
                condition=models.Q(superseded_at__isnull=True, charge__isnull=False),
                name="procedure_one_code_a_charge",
            )
        ]
        indexes = [
            # The account page, the facts: procedures in force of one account, in order.
            models.Index(
                fields=("account", "position"), condition=models.Q(superseded_at__isnull=True), name="procedure_in_force"
            )
        ]


class Evidence(models.Model):
    """The passage that supports a code: Unicode code points ``start`` to ``end`` of one version's text, and the quote.

    Without start and end it is a citation of the document. When the document has a newer version the evidence is
    *to re-confirm*: that is derived, never stored.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="evidence")
    diagnosis = models.ForeignKey(CodedDiagnosis, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    procedure = models.ForeignKey(CodedProcedure, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    version = models.ForeignKey("accounts.DocumentVersion", on_delete=models.PROTECT, related_name="evidence")
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    quote = models.TextField(blank=True)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(auto_now_add=True)
    unlinked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(diagnosis__isnull=False, procedure__isnull=True)
                | models.Q(diagnosis__isnull=True, procedure__isnull=False),
                name="evidence_for_one_code",
            ),
            models.CheckConstraint(
                condition=models.Q(start__isnull=True, end__isnull=True) | models.Q(end__gt=models.F("start")),
                name="evidence_passage_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"evidence #{self.pk}"


class LinePointers(models.Model):
    """Which diagnoses a line of a professional bill is for: one to four codes without point, the primary first.

    Codes and not places, so that putting the diagnoses in another order changes no line. The newest row of a charge that is
    not superseded counts; one without codes takes the sender's own away.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="line_pointers")
    charge = models.ForeignKey("accounts.ChargeLine", on_delete=models.PROTECT, related_name="pointers")
    diagnoses = models.JSONField(default=list)
    pointed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pointed_at = models.DateTimeField(auto_now_add=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "line pointers"
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("charge",), condition=models.Q(superseded_at__isnull=True), name="line_pointers_in_force_once"
            )
        ]

    def __str__(self) -> str:
        return f"pointers #{self.pk}"


class RecordAbstract(models.Model):
    """The claim elements as the medical record says them; the newest row of an account counts. Append-only."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="abstracts")
    patient_class = models.CharField(max_length=20, db_collation="C")
    admit_date = models.DateField(null=True, blank=True)
    discharge_date = models.DateField(null=True, blank=True)
    discharge_status = models.CharField(max_length=2, blank=True, db_collation="C")
    place_of_service = models.CharField(max_length=2, blank=True, default="", db_default="", db_collation="C")
    death_date = models.DateField(null=True, blank=True)
    birth_weight_grams = models.PositiveIntegerField(null=True, blank=True)
    sources = models.JSONField(default=dict, help_text="Element -> primary key of the document version it was read in.")
    abstracted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    abstracted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"abstract #{self.pk}"


class FinalCoding(models.Model):
    """One finalization: who declared the account final coded, at which revision. Append-only."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="finalizations")
    revision = models.PositiveIntegerField()
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"final coding #{self.pk}"
