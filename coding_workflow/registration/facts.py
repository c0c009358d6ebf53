"""What a feed tells, whatever its format. Pure.

Of a text that updates a record, None means "not said: no change" and an empty text "taken back". A ``Moment`` keeps the
sender's wall clock and precision; the facility's zone turns it into an instant and a date.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from .hl7.times import Moment


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """Who, by the number of one assigning authority."""

    authority: str
    mrn: str
    family_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    birth: Moment | None = None
    sex: str | None = None
    address_line: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """A clinician. ``role`` is the degree or role the sender gives (MD, RN, attending ...)."""

    source_id: str
    family_name: str = ""
    given_name: str = ""
    npi: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """A visit and its account, in the sender's local codes. From ``place_of_service`` on: of a professional account."""

    account_number: str
    visit_number: str
    class_code: str | None = None
    patient_type: str | None = None
    service: str | None = None
    location: str | None = None
    admission_type: str | None = None
    point_of_origin: str | None = None
    disposition: str | None = None
    admitted: Moment | None = None
    discharged: Moment | None = None
    attending: ProviderFacts | None = None
    operating: ProviderFacts | None = None
    condition_codes: tuple[str, ...] | None = None
    occurrence_codes: tuple[tuple[str, datetime.date], ...] | None = None
    value_codes: tuple[tuple[str, Decimal], ...] | None = None
    occurrence_spans: tuple[tuple[str, datetime.date, datetime.date], ...] | None = None
    place_of_service: str | None = None
    rendering: ProviderFacts | None = None
    referring: ProviderFacts | None = None
    supervising: ProviderFacts | None = None
    billing_provider: str | None = None


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """One payer, in the order in which it is asked to pay."""

    rank: int
    payer_code: str
    payer_name: str = ""
    member_id: str = ""
    group_number: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisHint:
    """A diagnosis that came with the visit; never a code on the account (condition 1)."""

    code: str
    system: str
    text: str
    type: str


@dataclass(frozen=True, slots=True)
class PriorNumbers:
    """Numbers that shall no longer be used; empty where the message does not name one."""

    authority: str = ""
    mrn: str = ""
    account_number: str = ""
    visit_number: str = ""


@dataclass(frozen=True, slots=True)
class VisitMessage:
    """An admission, registration, update, transfer, leave, discharge or a cancellation of one.

    ``occurred`` is when it happened, where the sender says so; ``expected_back`` belongs to a leave; ``prior`` to a class
    change that also gives the account another number.
    """

    trigger: str
    patient: PatientFacts
    visit: VisitFacts
    coverages: tuple[CoverageFacts, ...] = ()
    diagnoses: tuple[DiagnosisHint, ...] = ()
    flags: tuple[str, ...] = field(default=())
    occurred: Moment | None = None
    expected_back: Moment | None = None
    prior: PriorNumbers | None = None


@dataclass(frozen=True, slots=True)
class PersonMessage:
    """A patient, apart from any account."""

    trigger: str
    patient: PatientFacts
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergeMessage:
    """Numbers that become one, or what moves from one number to another: ``prior`` ends, the others survive."""

    trigger: str
    patient: PatientFacts
    prior: PriorNumbers
    account_number: str = ""
    visit: VisitFacts | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountKey:
    """How a document or a charge names its account."""

    account_number: str
    authority: str = ""
    mrn: str = ""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One state of one document. ``type_codes`` are the sender's, the most telling first.

    ``text`` is None where only the header was sent. ``relation`` to the document ``parent``: ``addendum`` or ``replacement``.
    """

    source_id: str
    type_codes: tuple[str, ...]
    title: str
    text: str | None
    status: str
    author: ProviderFacts | None = None
    authored: Moment | None = None
    signed: Moment | None = None
    parent: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One state of one order; ``codes`` are the sender's. None where the message does not say it."""

    source_id: str
    status: str | None = None
    codes: tuple[str, ...] = ()
    description: str = ""
    ordered: Moment | None = None
    ordered_by: ProviderFacts | None = None
    authenticated: bool | None = None


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """One service charged or credited; ``amount`` in dollars, negative for a credit.

    Of a professional account: the place of service and who rendered it where they are the line's own, and the diagnosis codes
    to which the sender links it, the primary first.
    """

    source_id: str
    code: str
    description: str
    amount: Decimal
    units: Decimal
    service: Moment
    revenue_code: str = ""
    hcpcs: str = ""
    modifiers: tuple[str, ...] = ()
    place_of_service: str = ""
    rendering: ProviderFacts | None = None
    diagnoses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """One code in the sender's words: where it stands (``segment``), its system and kind (HL7 table 0052) as sent.

    ``order`` is the place that the sender gives it; equal ones stay as they came.
    """

    segment: str
    code: str
    system: str
    kind: str = ""
    poa: str = ""
    on: Moment | None = None
    modifiers: tuple[str, ...] = ()
    units: str = ""
    operator: ProviderFacts | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class CodesMessage:
    """An account's codes as another system has them. A list is whole; None where the message does not tell it.

    ``coder`` is who coded it, as the message names them; ``final`` is false where every diagnosis is a working one.
    """

    key: "AccountKey"
    diagnoses: tuple[CodeFacts, ...] | None = None
    procedures: tuple[CodeFacts, ...] | None = None
    drg: str = ""
    coder: str = ""
    final: bool = True
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """A hold of the process before, by its number there; ``owner`` is the department's word."""

    number: str
    reason: str
    owner: str
    since: Moment | None = None
    blocking: bool = True
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class RecordMessage:
    """Documents, charges and orders for one account."""

    key: AccountKey
    documents: tuple[DocumentFacts, ...] = ()
    charges: tuple[ChargeFacts, ...] = ()
    flags: tuple[str, ...] = ()
    orders: tuple[OrderFacts, ...] = ()
