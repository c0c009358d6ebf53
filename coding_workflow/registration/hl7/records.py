"""What ``write`` sends: plain records in the words of a registration clerk. Times are aware datetimes or dates."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinician:
    """``role`` is a degree (MD, RN) or a role word (attending, pathologist); it becomes the author's role."""

    id: str
    family_name: str = ""
    given_name: str = ""
    npi: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """PID."""

    mrn: str
    family_name: str
    given_name: str
    middle_name: str = ""
    birth_date: datetime.date | None = None
    sex: str = "U"
    authority: str = "MRN"
    address_line: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insurance:
    """IN1."""

    payer_code: str
    payer_name: str = ""
    member_id: str = ""
    group_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """PV1, ROL and UB2. ``patient_type`` may be a patient class of this system; ``class_code`` is HL7 table 0004.

    ``operating`` goes out as the surgeon of a PR1. Codes are UB-04's: ``occurrence_codes`` are (code, date) and
    ``value_codes`` (code, amount) pairs.
    """

    account_number: str
    visit_number: str = ""
    class_code: str = "I"
    patient_type: str = ""
    service: str = ""
    location: str = ""
    admission_type: str = ""
    point_of_origin: str = ""
    disposition: str = ""
    admitted_at: datetime.datetime | datetime.date | None = None
    discharged_at: datetime.datetime | datetime.date | None = None
    attending: Clinician | None = None
    operating: Clinician | None = None
    condition_codes: Sequence[str] = ()
    occurrence_codes: Sequence[tuple[str, datetime.date]] = ()
    occurrence_spans: Sequence[tuple[str, datetime.date, datetime.date]] = ()
    value_codes: Sequence[tuple[str, Decimal]] = ()
    place_of_service: str = ""
    referring: Clinician | None = None
    supervising: Clinician | None = None
    billing_provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """TXA with its text. ``type`` is a code of HL7 table 0270, a LOINC code, or a document type of this system."""

    number: str
    type: str
    title: str
    text: str
    author: Clinician | None = None
    authored_at: datetime.datetime | None = None
    signed_at: datetime.datetime | None = None
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """MRG: the numbers that end."""

    mrn: str = ""
    authority: str = "MRN"
    account_number: str = ""
    visit_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """ORC with its OBR. ``control`` is HL7 table 0119 (NW new, CA cancelled, DC discontinued ...), ``status`` table 0038."""

    number: str
    code: str
    name: str = ""
    control: str = "NW"
    status: str = ""
    ordered_at: datetime.datetime | None = None
    ordered_by: Clinician | None = None
    entered_by: Clinician | None = None
    verified_by: Clinician | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """FT1; ``amount`` is the line's total, negative for a credit. Of professional fees also the place of service, who did it,
    and the diagnosis codes that the line is for."""

    number: str
    code: str
    amount: Decimal
    service_date: datetime.date
    revenue_code: str = ""
    hcpcs: str = ""
    modifiers: Sequence[str] = ()
    units: Decimal | int = 1
    description: str = ""
    place_of_service: str = ""
    performed_by: Clinician | None = None
    diagnoses: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One OBX of a result: a measured ``value`` with unit and range, or a ``text``."""

    code: str
    name: str
    value: str = ""
    unit: str = ""
    reference: str = ""
    abnormal: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One OBR. ``section`` is HL7 table 0074 (CH, HM, SP, RAD ...), ``status`` F final, P preliminary, C corrected."""

    number: str
    code: str
    name: str
    section: str
    results: Sequence[Result]
    status: str = "F"
    collected_at: datetime.datetime | None = None
    reported_at: datetime.datetime | None = None
    interpreter: Clinician | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """MSH: who sends, for which facility, under which control id, when."""

    facility: str
    control_id: str
    sent_at: datetime.datetime
    application: str = "ADT"
