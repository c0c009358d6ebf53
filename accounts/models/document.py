"""Documents of the record, in immutable versions."""

from django.conf import settings
from django.db import models


class DocumentType(models.TextChoices):
    """Types that required-document policy and evidence rules name."""

    HISTORY_AND_PHYSICAL = "history_and_physical", "History and physical"
    DISCHARGE_SUMMARY = "discharge_summary", "Discharge summary"
    DEATH_SUMMARY = "death_summary", "Death summary"
    PROGRESS_NOTE = "progress_note", "Progress note"
    FINAL_PROGRESS_NOTE = "final_progress_note", "Final progress note"
    CONSULTATION = "consultation", "Consultation"
    OPERATIVE_NOTE = "operative_note", "Operative report"
    BRIEF_OPERATIVE_NOTE = "brief_operative_note", "Brief operative note"
    PROCEDURE_NOTE = "procedure_note", "Procedure note"
    ANESTHESIA_RECORD = "anesthesia_record", "Anesthesia record"
    ED_NOTE = "ed_note", "Emergency department note"
    CLINIC_NOTE = "clinic_note", "Clinic note"
    OBSERVATION_NOTE = "observation_note", "Observation note"
    DELIVERY_NOTE = "delivery_note", "Delivery note"
    NEWBORN_RECORD = "newborn_record", "Newborn record"
    ORDER = "order", "Order"
    INPATIENT_ORDER = "inpatient_order", "Inpatient order"
    OBSERVATION_ORDER = "observation_order", "Observation order"
    PATHOLOGY_REPORT = "pathology_report", "Pathology report"
    LABORATORY_RESULT = "laboratory_result", "Laboratory result"
    RADIOLOGY_REPORT = "radiology_report", "Radiology report"
    NURSING_NOTE = "nursing_note", "Nursing note"
    CASE_MANAGEMENT_NOTE = "case_management_note", "Case management note"
    THERAPY_NOTE = "therapy_note", "Therapy note"
    PLAN_OF_CARE = "plan_of_care", "Plan of care"
    CONSENT = "consent", "Consent"
    STERILIZATION_CONSENT = "sterilization_consent", "Sterilization consent"
    QUERY_RESPONSE = "query_response", "Query response"
    UR_DECISION = "ur_decision", "Utilization review decision"
    OTHER = "other", "Other"


class Document(models.Model):
    """One document of one account, known by the sender's id.

    An addendum is a document of its own with its own author; ``addendum_to`` is what it adds to. ``replaced_by`` is the
    document that took this one's place: its newest version is then cancelled, and its words stay readable.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="documents")
    source_id = models.CharField(max_length=80, db_collation="C")
    type = models.CharField(max_length=32, choices=DocumentType, db_collation="C")
    title = models.CharField(max_length=120)
    first_received_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    addendum_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="addenda")
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("facility", "source_id"), name="document_source_once")]
        ordering = ("first_received_at", "pk")

    def __str__(self) -> str:
        return self.title

    @property
    def current(self) -> "DocumentVersion | None":
        """The newest version, from the prefetched set when there is one."""
        versions = sorted(self.versions.all(), key=lambda version: version.number)
        return versions[-1] if versions else None


class VersionStatus(models.TextChoices):
    """How far the words are vouched for."""

    DICTATED = "dictated", "Dictated"
    UNSIGNED = "unsigned", "Unsigned"
    SIGNED = "signed", "Signed"
    ADDENDED = "addended", "Addended"
    CANCELLED = "cancelled", "Cancelled"


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    """Filters named as adjectives."""

    def in_force(self) -> "DocumentVersionQuerySet":
        """The newest version of each document; none of a document that is cancelled, or whose newest version is."""
        newest = DocumentVersion.objects.filter(document_id=models.OuterRef("document_id")).order_by("-number")
        rows = self.filter(pk=models.Subquery(newest.values("pk")[:1]), document__cancelled_at__isnull=True)
        return rows.exclude(status=VersionStatus.CANCELLED)


class DocumentVersion(models.Model):
    """One state of a document's words; never changed. Evidence points here.

    ``text`` has LF line ends; evidence positions count Unicode code points in it. ``repeats`` is the version whose words it
    says again: the document came from an account that was combined, or an addendum arrived.
    """

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=VersionStatus)
    text = models.TextField()
    author = models.ForeignKey("accounts.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    author_role = models.CharField(max_length=30, blank=True, db_collation="C")
    authored_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    repeats = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("document", "number"), name="document_version_once")]
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.document} v{self.number}"

    @property
    def is_signed(self) -> bool:
        """Signed, or addended over a signature."""
        return self.status in {VersionStatus.SIGNED, VersionStatus.ADDENDED}


class DeficiencyQuality(models.TextChoices):
    """The six qualities of provider documentation (condition 2)."""

    LEGIBLE = "legible", "Not legible"
    COMPLETE = "complete", "Not complete"
    CLEAR = "clear", "Not clear"
    CONSISTENT = "consistent", "Not consistent"
    PRECISE = "precise", "Not precise"
    RELIABLE = "reliable", "Not reliable"


class Deficiency(models.Model):
    """One of the six qualities found wanting in one version of a document; holds condition 2 while open."""

    facility = models.ForeignKey("accounts.Facility", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="deficiencies")
    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="deficiencies")
    quality = models.CharField(max_length=12, choices=DeficiencyQuality)
    note = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deficiencies"

    def __str__(self) -> str:
        return f"{self.version}: {self.quality}"
