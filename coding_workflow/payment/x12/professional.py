"""What a professional claim says, before it is X12: the fields of a CMS-1500 as frozen values.

The patient is the subscriber. Codes are stored without the point.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from .claim import BillingProvider, ClaimPayer, CodeSet, Practitioner, Receiver, Submitter, Subscriber


@dataclass(frozen=True, slots=True)
class ProfessionalLine:
    """One service. ``pointers`` are diagnosis codes of the claim, the primary first.

    Place of service and renderer are empty where they are the claim's own.
    """

    hcpcs: str
    amount: Decimal
    units: Decimal
    date: datetime.date | None
    pointers: tuple[str, ...]
    modifiers: tuple[str, ...] = ()
    place_of_service: str = ""
    rendering: Practitioner | None = None


@dataclass(frozen=True, slots=True)
class ProfessionalClaim:
    """One 837 professional claim. ``diagnoses`` begin with the first-listed one and end with external causes.

    ``frequency``: 1 original, 7 replacement. ``related`` is the cause that CLM11 names: AA automobile, EM employment, OA another
    accident, with its day; ``after_others``: somebody pays before ``payer`` does.
    """

    number: str
    submitter: Submitter
    receiver: Receiver
    provider: BillingProvider
    subscriber: Subscriber
    payer: ClaimPayer
    place_of_service: str
    total: Decimal
    diagnoses: tuple[str, ...]
    lines: tuple[ProfessionalLine, ...]
    frequency: str = "1"
    rendering: Practitioner | None = None
    referring: Practitioner | None = None
    supervising: Practitioner | None = None
    admitted_on: datetime.date | None = None
    discharged_on: datetime.date | None = None
    medical_record_number: str = ""
    payer_control_number: str = ""
    note: str = ""
    related: str = ""
    accident_on: datetime.date | None = None
    after_others: bool = False
    code_set: CodeSet = "ICD-10"

    @property
    def places(self) -> frozenset[str]:
        """Where its services were given."""
        return frozenset({self.place_of_service, *(line.place_of_service for line in self.lines)} - {""})

    @property
    def type_of_bill(self) -> str:
        """A professional claim has none."""
        return ""
