"""What an institutional claim says, before it is X12: the fields of a UB-04 as frozen values.

The patient is the subscriber. Codes are stored without the point.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

CodeSet = Literal["ICD-10", "ICD-9"]


@dataclass(frozen=True, slots=True)
class Address:
    """Street, city, state and ZIP code (five or nine digits)."""

    line: str
    city: str
    state: str
    zip_code: str


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who sends the file, and whom to call about it."""

    name: str
    identifier: str
    contact: str
    phone: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """The clearinghouse or payer that takes the file."""

    name: str
    identifier: str


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """The facility or unit that bills under its own numbers."""

    name: str
    npi: str
    taxonomy: str
    tax_id: str
    address: Address


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The patient, insured in the patient's own name."""

    family_name: str
    given_name: str
    middle_name: str
    member_id: str
    group_number: str
    birth_date: datetime.date | None
    sex: str
    address: Address


@dataclass(frozen=True, slots=True)
class ClaimPayer:
    """Who is asked to pay; ``filing`` is the claim filing indicator (MA, MC, CI, 16 ...)."""

    name: str
    identifier: str
    filing: str
    medicare: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis. Exempt codes carry no present-on-admission indicator: it is blank in 5010, never 1."""

    code: str
    poa: str = ""
    poa_exempt: bool = False


@dataclass(frozen=True, slots=True)
class Procedure:
    """One inpatient procedure with its date."""

    code: str
    date: datetime.date | None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An occurrence code with its date (55 and the date of death)."""

    code: str
    date: datetime.date


@dataclass(frozen=True, slots=True)
class OccurrenceSpan:
    """An occurrence span code with its first and last day (74: leave of absence)."""

    code: str
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class Value:
    """A value code with its amount (54 and the birth weight in grams)."""

    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A person who treated the patient."""

    family_name: str
    given_name: str
    npi: str
    taxonomy: str = ""


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service billed."""

    revenue_code: str
    amount: Decimal
    units: Decimal = Decimal(1)
    hcpcs: str = ""
    modifiers: tuple[str, ...] = ()
    date: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One 837 institutional claim. ``type_of_bill`` is four characters with the leading zero; the last is the frequency."""

    number: str
    submitter: Submitter
    receiver: Receiver
    provider: BillingProvider
    subscriber: Subscriber
    payer: ClaimPayer
    inpatient: bool
    type_of_bill: str
    total: Decimal
    statement_from: datetime.date
    statement_through: datetime.date
    principal: Diagnosis
    lines: tuple[ServiceLine, ...]
    attending: Practitioner | None = None
    operating: Practitioner | None = None
    admitted_at: datetime.datetime | None = None
    admitted_on: datetime.date | None = None
    discharged_at: datetime.datetime | None = None
    admission_type: str = ""
    point_of_origin: str = ""
    patient_status: str = ""
    admitting_diagnosis: str = ""
    reason_for_visit: tuple[str, ...] = ()
    other_diagnoses: tuple[Diagnosis, ...] = ()
    external_causes: tuple[Diagnosis, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    drg: str = ""
    occurrences: tuple[Occurrence, ...] = ()
    spans: tuple[OccurrenceSpan, ...] = ()
    values: tuple[Value, ...] = ()
    conditions: tuple[str, ...] = ()
    medical_record_number: str = ""
    payer_control_number: str = ""
    note: str = ""
    code_set: CodeSet = "ICD-10"
    poa_required: bool = True

    @property
    def frequency(self) -> str:
        """The last character of the type of bill: 1 original, 7 replacement, 8 void ..."""
        return self.type_of_bill[3:4]

    @property
    def facility_type(self) -> str:
        """The two characters that 837I calls the facility type code: 11 inpatient, 13 outpatient ..."""
        return self.type_of_bill[1:3]

    @property
    def admission(self) -> datetime.date | None:
        """The day of admission, whether its hour is known or not."""
        return self.admitted_at.date() if self.admitted_at else self.admitted_on


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, when, and the control numbers that the caller has drawn."""

    sender: str
    receiver: str
    interchange_number: int
    group_number: int
    set_number: int
    at: datetime.datetime
    test: bool = False


@dataclass(frozen=True, slots=True)
class Flaw:
    """One reason why a claim cannot be written: the field, the sentence a biller reads, and where to fix it.

    Sentences name fields, never what is in them.
    """

    field: str
    sentence: str
    fix: str = "claim_elements"


class ClaimUnfit(Exception):
    """The claim cannot be written; ``flaws`` says why, each with its fix."""

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__(f"{len(flaws)} flaws in: {', '.join(sorted({flaw.field for flaw in flaws}))}")
        self.flaws = flaws
