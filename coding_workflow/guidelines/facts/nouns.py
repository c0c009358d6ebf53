"""What a rule may know about one account: frozen, complete, without database, clock or settings.

``None`` means *not given*; an empty tuple means *given, and there is none*. Codes carry no point.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from accounts.stay import tables_date

#: Coded with ICD-10-PCS and POA, billed on 011x.
INPATIENT_CLASSES = frozenset({"inpatient", "newborn"})
OUTPATIENT_CLASSES = frozenset({"observation", "emergency", "outpatient_surgery", "clinic", "recurring", "ancillary"})
#: Billed for the physician's work, wherever it was done.
PROFESSIONAL_CLASSES = frozenset({"professional"})
#: Coded by section IV of the Guidelines, services in CPT and HCPCS: hospital outpatients, and every professional bill.
VISIT_CLASSES = OUTPATIENT_CLASSES | PROFESSIONAL_CLASSES
FACILITY_CLASSES = INPATIENT_CLASSES | OUTPATIENT_CLASSES
PATIENT_CLASSES = FACILITY_CLASSES | PROFESSIONAL_CLASSES

#: A date that a source may give, give as missing (None), or say nothing about.
Stated = datetime.date | None | Literal["unstated"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passage that supports a code; without ``start`` and ``end`` it is a citation of the document."""

    document: str
    start: int | None = None
    end: int | None = None
    quote: str = ""
    reconfirm: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis code as submitted; the first of a list is principal (or first-listed)."""

    code: str
    poa: str = ""
    evidence: tuple[Evidence, ...] = ()
    coder: str | None = None
    system: str = "ICD-10-CM"
    queried: bool = False
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure code of the record; ``specimen`` says whether tissue was sent to pathology."""

    code: str
    system: str = "ICD-10-PCS"
    date: datetime.date | None = None
    evidence: tuple[Evidence, ...] = ()
    coder: str | None = None
    specimen: bool | None = None
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One charge line. ``source`` is who assigned its code; ``owner`` is the competent owner of the chargemaster entry.

    Of a professional bill: ``pointers`` are the diagnosis codes that it is for, the primary first; place of service and
    ``rendering`` (an NPI) where they are the line's own.
    """

    revenue_code: str = ""
    hcpcs: str = ""
    modifiers: tuple[str, ...] = ()
    units: Decimal = Decimal(1)
    date: datetime.date | None = None
    charge: Decimal | None = None
    source: str = "coder"
    owner: str | None = None
    coder: str | None = None
    evidence: tuple[Evidence, ...] = ()
    specimen: bool | None = None
    pointers: tuple[str, ...] = ()
    place_of_service: str = ""
    rendering: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One document in its newest version; ``deficiencies`` names those of the six qualities found wanting."""

    id: str
    type: str
    author_role: str = ""
    author: str = ""
    signed: bool = False
    authored_at: datetime.datetime | None = None
    signed_at: datetime.datetime | None = None
    deficiencies: tuple[str, ...] = ()
    specimen: bool | None = None
    concurrence: bool | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The claim elements as the medical record says them; ``sources`` is (element, where it was read)."""

    discharge_status: str | None = None
    patient_class: str | None = None
    admit_date: datetime.date | None = None
    discharge_date: datetime.date | None = None
    death_date: datetime.date | None = None
    sources: tuple[tuple[str, str], ...] = ()
    place_of_service: str | None = None


@dataclass(frozen=True, slots=True)
class Competence:
    """Leave to code one type; a date given as null is missing, a date left out is vouched for by the record as a whole."""

    type: str
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    supervisor: str | None = None
    credential: str = ""
    supervision: str = ""
    provider_number: str = ""
    trained_on: Stated = "unstated"
    oriented_on: Stated = "unstated"


@dataclass(frozen=True, slots=True)
class Coder:
    """Who assigned codes, with the competences held at the facility. ``valid_to`` of each is its last day."""

    id: str
    competences: tuple[Competence, ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    """What rules need of the patient; no name, no number."""

    birth_date: datetime.date | None = None
    sex: str = ""
    birth_weight_grams: int | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """The primary payer; ``kind`` decides which rules apply."""

    code: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RelatedAccount:
    """Another account of the same patient that may touch this one: payment window, transfer, mother and child."""

    id: str
    relation: str = "same_patient"
    patient_class: str = ""
    facility: str = ""
    same_facility: bool = True
    service_from: datetime.date | None = None
    service_through: datetime.date | None = None
    unrelated_reason: str = ""
    combined: bool = False
    acute_hospital: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A placement order: ``inpatient`` or ``observation`` (or another type that policy names)."""

    type: str
    ordered_at: datetime.datetime | None = None
    authenticated: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """UB-04 occurrence code with its date."""

    code: str
    date: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class OccurrenceSpan:
    """UB-04 occurrence span code with its first and last day (74: leave of absence, not covered)."""

    code: str
    first: datetime.date | None = None
    last: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """UB-04 value code with its amount (grams for code 54)."""

    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CodeDifference:
    """A code of the claim form on which patient accounting and a person differ; ``part`` is condition, occurrence, span or value.

    Each side says days (two of a span, with a slash) or amounts as plain text; ``entered`` is empty where a person took it off.
    """

    part: str
    code: str
    accounting: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider on the claim by role: attending, operating, rendering, referring, supervising."""

    role: str
    npi: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A provider query; ``outstanding`` until policy counts the answer as documentation."""

    id: str
    status: str
    subject: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that a person, policy or feed placed; the check's own holds are never facts of the next check."""

    key: str
    message: str
    condition: int | None = None
    source: str = "person"
    owner: str = "coding"


@dataclass(frozen=True, slots=True)
class DiscrepancyCase:
    """The open case behind a corrected claim (condition 7)."""

    id: str
    root_cause: str = ""
    correction: str = ""
    prevention: str = ""
    validation_query: bool | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A reasoned override of one finding; ``second`` is the other person where the rule asks for two.

    ``version`` is the version of the rule that was overridden; None fits any.
    """

    rule: str
    subjects: tuple[str, ...]
    reason: str
    by: str
    second: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A required document that is waived with a reason, until it expires."""

    requirement: str
    reason: str
    expires: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """One account at one revision, as rules see it."""

    id: str
    patient_class: str
    discharge_date: datetime.date | None = None
    judged_on: datetime.date | None = None
    facility: str = ""
    billing_kind: str = "facility"
    service: str = ""
    provider_number: str = ""
    patient: Patient = Patient()
    admit_date: datetime.date | None = None
    admitted_at: datetime.datetime | None = None
    discharged_at: datetime.datetime | None = None
    discharge_status: str = ""
    admission_type: str = ""
    point_of_origin: str = ""
    payer: Payer = Payer()
    type_of_bill: str = ""
    place_of_service: str = ""
    poa_exempt_hospital: bool = False
    grouper_version: str | None = None
    admitting_diagnosis: str = ""
    reason_for_visit: tuple[str, ...] = ()
    diagnoses: tuple[Diagnosis, ...] | None = None
    external_causes: tuple[Diagnosis, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    lines: tuple[Line, ...] = ()
    documents: tuple[Document, ...] | None = None
    record: Record | None = None
    coder: Coder | None = None
    coders: tuple[Coder, ...] = ()
    related_accounts: tuple[RelatedAccount, ...] = ()
    orders: tuple[Order, ...] | None = None
    condition_codes: tuple[str, ...] = ()
    occurrence_codes: tuple[Occurrence, ...] = ()
    occurrence_spans: tuple[OccurrenceSpan, ...] = ()
    value_codes: tuple[Value, ...] = ()
    code_differences: tuple[CodeDifference, ...] = ()
    providers: tuple[Provider, ...] = ()
    statement_from: datetime.date | None = None
    statement_through: datetime.date | None = None
    queries: tuple[Query, ...] = ()
    open_holds: tuple[OpenHold, ...] = ()
    discrepancy: DiscrepancyCase | None = None
    overrides: tuple[Override, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def inpatient(self) -> bool:
        """Coded and billed as an inpatient stay."""
        return self.patient_class in INPATIENT_CLASSES

    @property
    def professional(self) -> bool:
        """Billed for the physician's work (837P)."""
        return self.billing_kind == "professional"

    @property
    def tables_date(self) -> datetime.date | None:
        """The date that chooses the tables: discharge (inpatient), else last day of service or of the statement."""
        last = max((ln.date for ln in self.lines if ln.date), default=None)
        return tables_date(discharged=self.discharge_date, statement_through=self.statement_through, last_service=last)
