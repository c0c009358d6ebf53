"""The code and identifier systems of what is written, and the names of our own numbers."""

import datetime
from typing import Final
from urllib.parse import quote, unquote

CLASS: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
IDENTIFIER_TYPE: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
PARTICIPATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
COVERAGE_CLASS: Final = "http://terminology.hl7.org/CodeSystem/coverage-class"
RELATIONSHIP: Final = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
NPI: Final = "http://hl7.org/fhir/sid/us-npi"
EIN: Final = "urn:oid:2.16.840.1.113883.4.4"
TAXONOMY: Final = "http://nucc.org/provider-taxonomy"
LOINC: Final = "http://loinc.org"
ICD_10_CM: Final = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_9_CM: Final = "http://hl7.org/fhir/sid/icd-9-cm"
ICD_10_PCS: Final = "http://www.cms.gov/Medicare/Coding/ICD10"
ICD_9_PROCEDURES: Final = "urn:oid:2.16.840.1.113883.6.104"
CPT: Final = "http://www.ama-assn.org/go/cpt"
HCPCS: Final = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
REVENUE: Final = "https://www.nubc.org/CodeSystem/RevenueCodes"
TYPE_OF_BILL: Final = "https://www.nubc.org/CodeSystem/TypeOfBill"
ADMISSION_TYPE: Final = "https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit"
POINT_OF_ORIGIN: Final = "https://www.nubc.org/CodeSystem/PointOfOrigin"
DISCHARGE_STATUS: Final = "https://www.nubc.org/CodeSystem/PatDischargeStatus"
CONDITION_CODES: Final = "https://www.nubc.org/CodeSystem/ConditionCodes"
OCCURRENCE_CODES: Final = "https://www.nubc.org/CodeSystem/OccurrenceCodes"
OCCURRENCE_SPANS: Final = "https://www.nubc.org/CodeSystem/OccurrenceSpanCodes"
VALUE_CODES: Final = "https://www.nubc.org/CodeSystem/ValueCodes"
PLACES_OF_SERVICE: Final = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"

#: What is ours: numbers of a facility (``urn:coding-workflow:MAIN:mrn``) and word lists (``urn:coding-workflow:document-type``).
_OURS: Final = "urn:coding-workflow"
PATIENT_CLASS: Final = f"{_OURS}:patient-class"
SERVICE: Final = f"{_OURS}:service"
DOCUMENT_TYPE: Final = f"{_OURS}:document-type"
AUTHOR_ROLE: Final = f"{_OURS}:author-role"
#: Participants of a visit as the bill names them: ``attending``, ``operating``, ``rendering``, ``referring``, ``supervising``.
PARTICIPANT: Final = f"{_OURS}:participant"
#: Extensions that R4 has no element for: when a document was signed, the indicator of a coded diagnosis, the place of service of
#: a visit or charge, and the UB-04 codes of a visit.
SIGNED: Final = f"{_OURS}:signed"
POA: Final = f"{_OURS}:present-on-admission"
PLACE_OF_SERVICE: Final = f"{_OURS}:place-of-service"
CONDITION_CODE: Final = f"{_OURS}:condition-code"
OCCURRENCE_CODE: Final = f"{_OURS}:occurrence-code"
OCCURRENCE_SPAN: Final = f"{_OURS}:occurrence-span"
VALUE_CODE: Final = f"{_OURS}:value-code"

_ICD_10_FROM: Final = datetime.date(2015, 10, 1)
_SYSTEMS: Final = {
    "ICD-10-CM": ICD_10_CM, "ICD-9-CM": ICD_9_CM, "ICD-10-PCS": ICD_10_PCS, "ICD-9-CM-PX": ICD_9_PROCEDURES, "CPT": CPT,
    "HCPCS": HCPCS,
}  # fmt: skip


def numbers(facility: str, kind: str) -> str:
    """The system of one kind of a facility's own numbers: ``mrn``, ``account``, ``visit``, ``charge`` ..."""
    return f"{_OURS}:{quote(facility, safe='')}:{kind}"


def facility_of(system: str) -> str:
    """The code of the facility whose medical record numbers a system of ours is; empty for any other system."""
    return _numbered_by(system, "mrn")


def facility_of_unit(system: str) -> str:
    """The code of the facility whose units a system of ours numbers; empty for any other system."""
    return _numbered_by(system, "unit")


def _numbered_by(system: str, wanted: str) -> str:
    before, _, kind = system.rpartition(":")
    ours, _, facility = before.rpartition(":")
    return unquote(facility) if ours == _OURS and kind == wanted else ""


def of_codes(system: str) -> str:
    """The system of codes that we name ``ICD-10-CM``, ``ICD-10-PCS``, ``CPT`` ...; empty for one that has no address."""
    return _SYSTEMS.get(system, "")


def of_diagnoses(on: datetime.date) -> str:
    """The system of diagnosis codes for services of a day."""
    return ICD_10_CM if on >= _ICD_10_FROM else ICD_9_CM


def of_service(code: str) -> str:
    """CPT (level I of HCPCS: four digits and a digit, F, T, U or M) or HCPCS level II."""
    return CPT if code[:4].isdigit() else HCPCS
