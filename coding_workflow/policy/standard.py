"""The policy of a facility that has published none. Pure.

It declares nothing validated downstream and releases nothing by itself: both need a named person.
"""

from .rules import Alternative, BillHold, FacilityPolicy, QueryPolicy, RequiredDocument, RequiredTable, Scope, UnsignedDocuments

_BEDS = ("inpatient", "newborn")
_OUTPATIENT = ("observation", "emergency", "outpatient_surgery", "clinic", "recurring", "ancillary")
#: Billed for the physician's work, wherever it was done.
_PROFESSIONAL = ("professional",)
_SERVICES = (*_OUTPATIENT, *_PROFESSIONAL)
_SURGERY = ("inpatient", "newborn", "observation", "emergency", "outpatient_surgery")
_CONDITIONS_OF_PARTICIPATION = "42 CFR 482.24(c)(4)"


def _types(*document_types: str) -> tuple[Alternative, ...]:
    return tuple(Alternative(each) for each in document_types)


_STAYS = (
    RequiredDocument(
        code="history_and_physical",
        title="History and physical",
        any_of=_types("history_and_physical"),
        scope=Scope(("inpatient",)),
        reference="42 CFR 482.24(c)(4)(i)",
    ),
    RequiredDocument(
        code="newborn_record",
        title="Newborn record",
        any_of=_types("newborn_record", "history_and_physical"),
        scope=Scope(("newborn",)),
        reference=_CONDITIONS_OF_PARTICIPATION,
    ),
    RequiredDocument(
        code="discharge_summary",
        title="Discharge summary",
        any_of=(
            Alternative("discharge_summary"),
            Alternative("final_progress_note", ("stay_under_48_hours", "normal_newborn", "normal_delivery")),
        ),
        scope=Scope(_BEDS),
        unless=("expired",),
        reference="42 CFR 482.24(c)(4)(vii)",
    ),
    RequiredDocument(
        code="death_summary",
        title="Death summary",
        any_of=_types("death_summary"),
        scope=Scope(_BEDS),
        when=("expired",),
        reference="42 CFR 482.24(c)(4)(vii)",
    ),
    RequiredDocument(
        code="inpatient_order",
        title="Inpatient order",
        any_of=_types("inpatient_order"),
        scope=Scope(("inpatient",)),
        severity="warn",
        owner="utilization_review",
        reference="42 CFR 412.3",
    ),
)

_OUTPATIENT_VISITS = (
    RequiredDocument(
        code="observation_order",
        title="Observation order",
        any_of=_types("observation_order"),
        scope=Scope(("observation",)),
        owner="utilization_review",
        reference="Medicare Benefit Policy Manual, chapter 6, 20.6",
    ),
    RequiredDocument(
        code="observation_note",
        title="Observation note",
        any_of=_types("observation_note", "discharge_summary", "final_progress_note", "progress_note"),
        scope=Scope(("observation",)),
        reference=_CONDITIONS_OF_PARTICIPATION,
    ),
    RequiredDocument(
        code="ed_note",
        title="Emergency department note",
        any_of=_types("ed_note"),
        scope=Scope(("emergency",)),
        unless=("left_without_being_seen",),
        reference=_CONDITIONS_OF_PARTICIPATION,
    ),
    RequiredDocument(
        code="clinic_note",
        title="Clinic note",
        any_of=_types("clinic_note", "progress_note", "consultation", "procedure_note"),
        scope=Scope(("clinic",)),
        reference=_CONDITIONS_OF_PARTICIPATION,
    ),
    RequiredDocument(
        code="plan_of_care",
        title="Certified plan of care",
        any_of=_types("plan_of_care"),
        scope=Scope(("recurring",)),
        when=("therapy",),
        owner="provider",
        reference="42 CFR 410.61, 424.24(c)",
    ),
    RequiredDocument(
        code="treatment_note",
        title="Treatment note",
        any_of=_types("therapy_note", "clinic_note", "progress_note", "procedure_note"),
        scope=Scope(("recurring",)),
        reference=_CONDITIONS_OF_PARTICIPATION,
    ),
    RequiredDocument(
        code="order",
        title="Order for the test or treatment",
        any_of=_types("order"),
        scope=Scope(("ancillary",)),
        owner="provider",
        reference="42 CFR 410.32(a)",
    ),
)

_PROCEDURES = (
    RequiredDocument(
        code="operative_report",
        title="Operative report",
        any_of=_types("operative_note"),
        scope=Scope(_SURGERY),
        when=("or_procedure",),
        reference="42 CFR 482.51(b)(6)",
    ),
    RequiredDocument(
        code="procedure_report",
        title="Procedure report",
        any_of=_types("procedure_note", "operative_note"),
        scope=Scope(("outpatient_surgery",)),
        unless=("or_procedure",),
        reference=_CONDITIONS_OF_PARTICIPATION,
    ),
    RequiredDocument(
        code="pathology_report",
        title="Pathology report",
        any_of=_types("pathology_report"),
        when=("specimen_sent",),
        owner="laboratory",
        reference=_CONDITIONS_OF_PARTICIPATION,
    ),
    RequiredDocument(
        code="sterilization_consent",
        title="Sterilization consent",
        any_of=_types("sterilization_consent"),
        scope=Scope(payer_kinds=("medicaid",)),
        when=("sterilization",),
        reference="42 CFR 441.253, 441.257",
    ),
    RequiredDocument(
        code="ur_decision",
        title="Utilization review decision with physician concurrence",
        any_of=_types("ur_decision"),
        when=("condition_code_44",),
        owner="utilization_review",
        reference="Medicare Claims Processing Manual, chapter 1, 50.3",
    ),
)

_PROFESSIONAL_SERVICES = (
    RequiredDocument(
        code="professional_note",
        title="Note or report of the billing physician",
        any_of=_types(
            "clinic_note",
            "progress_note",
            "final_progress_note",
            "consultation",
            "history_and_physical",
            "discharge_summary",
            "death_summary",
            "ed_note",
            "observation_note",
            "operative_note",
            "procedure_note",
            "delivery_note",
            "newborn_record",
            "anesthesia_record",
            "radiology_report",
            "pathology_report",
        ),
        scope=Scope(_PROFESSIONAL),
        owner="provider",
        reference="42 CFR 424.5(a)(6); Medicare Claims Processing Manual, chapter 12, 30.6",
    ),
)

#: Modifiers that assert something about the record, so that a chargemaster cannot know them.
_SELECT_MODIFIERS = ("24", "25", "27", "57", "58", "59", "78", "79", "91", "XE", "XP", "XS", "XU")

STANDARD = FacilityPolicy(
    title="Standard policy",
    required_documents=_STAYS + _OUTPATIENT_VISITS + _PROCEDURES + _PROFESSIONAL_SERVICES,
    required_tables=(
        RequiredTable(("ICD-10-CM",)),
        RequiredTable(("ICD-10-PCS", "POA-EXEMPT"), Scope(_BEDS)),
        RequiredTable(("MS-DRG", "MCE"), Scope(_BEDS)),
        RequiredTable(("HCPCS", "CPT", "HCPCS-MODIFIER"), Scope(_SERVICES)),
        RequiredTable(("NCCI-PTP", "MUE"), Scope(_SERVICES, ("medicare", "medicare_advantage", "medicaid"))),
    ),
    bill_holds=(BillHold(4, Scope(_BEDS)), BillHold(3, Scope(("observation", "outpatient_surgery"))), BillHold(2)),
    unsigned=(
        UnsignedDocuments("warn", ("nursing_note", "laboratory_result", "case_management_note", "order", "consent")),
        UnsignedDocuments("hold"),
    ),
    select_modifiers=_SELECT_MODIFIERS,
    query_is_legal_record=False,
    queries=QueryPolicy(reminder_days=2, second_reminder_days=4, escalation_days=7, escalate_to="physician_advisor", link_days=7),
)
