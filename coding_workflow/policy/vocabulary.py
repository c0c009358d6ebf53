"""The closed word lists of a facility policy. Pure: no Django, so that the rule engine can import it.

A test keeps the lists that repeat ``accounts`` equal to it.
"""

from typing import Final

PATIENT_CLASSES: Final = (
    "inpatient",
    "observation",
    "emergency",
    "outpatient_surgery",
    "clinic",
    "recurring",
    "ancillary",
    "newborn",
    "professional",
)
PAYER_KINDS: Final = ("medicare", "medicare_advantage", "medicaid", "commercial", "self_pay", "other")

DOCUMENT_TYPES: Final = (
    "history_and_physical",
    "discharge_summary",
    "death_summary",
    "progress_note",
    "final_progress_note",
    "consultation",
    "operative_note",
    "brief_operative_note",
    "procedure_note",
    "anesthesia_record",
    "ed_note",
    "clinic_note",
    "observation_note",
    "delivery_note",
    "newborn_record",
    "order",
    "inpatient_order",
    "observation_order",
    "pathology_report",
    "laboratory_result",
    "radiology_report",
    "nursing_note",
    "case_management_note",
    "therapy_note",
    "plan_of_care",
    "consent",
    "sterilization_consent",
    "query_response",
    "ur_decision",
    "other",
)

#: Who makes the bill of a released account: we do (837I), or the hospital's patient accounting from our final codes.
BILLING_SYSTEMS: Final = ("claims", "patient_accounting")

#: Circumstances of an account that a required-document row may depend on, and what each means.
#: The rule engine works out which ones an account is in.
SITUATIONS: Final = {
    "stay_under_48_hours": "admission to discharge took less than 48 hours",
    "normal_delivery": "the stay was for a delivery without complication",
    "normal_newborn": "the newborn was well",
    "expired": "the patient died (discharge status 20)",
    "or_procedure": "a procedure was done in the operating room",
    "procedure_done": "any procedure is coded or charged",
    "specimen_sent": "tissue was sent to pathology",
    "sterilization": "a sterilization was done",
    "condition_code_44": "the stay was changed from inpatient to outpatient before discharge",
    "therapy": "physical, occupational or speech therapy was given",
    "left_without_being_seen": "the patient left before a provider saw them",
}

#: Codes whose support must be shown on the record itself; no policy may ask for less (decisions: evidence depth).
MANDATORY_EVIDENCE: Final = (
    "principal_diagnosis",
    "cc_mcc",
    "hac_psi",
    "procedure",
    "select_modifier",
    "queried_code",
)
EVIDENCE_FORMS: Final = ("passage", "page_region", "external_document", "citation", "attestation")

#: Tables that a check may need. ICD-10-CM and ICD-10-PCS stand for ICD-9-CM before 2015-10-01.
TABLES: Final = (
    "ICD-10-CM",
    "ICD-10-PCS",
    "POA-EXEMPT",
    "HCPCS",
    "HCPCS-MODIFIER",
    "CPT",
    "MS-DRG",
    "MCE",
    "NCCI-PTP",
    "MUE",
    "IOCE",
    "COVERAGE",
)

#: Who takes up a provider query that is not answered.
ESCALATION_DESKS: Final = ("physician_advisor", "supervisor")

SEVERITIES: Final = ("hold", "warn")
OWNER_ROLES: Final = (
    "coding",
    "him",
    "provider",
    "patient_access",
    "utilization_review",
    "charge",
    "laboratory",
    "billing",
    "supervisor",
    "administrator",
    "compliance",
)

#: Steps that a target may be set for, and what leaving one means.
TARGET_STEPS: Final = {
    "coding": "final coded",
    "query": "answered or ended",
    "held": "freed by its owner",
    "approval": "released",
    "billed": "paid",
}
