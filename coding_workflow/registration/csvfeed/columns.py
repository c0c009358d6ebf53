"""The kinds of files and their columns, in the words of a registration office."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, an example for the template, and whether every row needs it."""

    name: str
    says: str
    example: str = ""
    required: bool = False


_FACILITY: Final = Column("facility", "The facility's code here", "MAIN", required=True)
_ACCOUNT: Final = Column("account", "Account number", "A100", required=True)
_MRN: Final = Column("mrn", "Medical record number", "M100")
_AUTHORITY: Final = Column("authority", "Who numbers the patients; empty for the facility itself")
_AS_OF: Final = Column("as_of", "When this was so: a date with time; without it, when the file came", "2026-09-04T12:00:00-04:00")


def _provider(who: str, whose: str) -> tuple[Column, ...]:
    return (
        Column(f"{who}_id", f"{whose} number"),
        Column(f"{who}_family_name", f"{whose} family name"),
        Column(f"{who}_given_name", f"{whose} given name"),
        Column(f"{who}_npi", f"{whose} NPI"),
    )


ACCOUNTS: Final = (
    _FACILITY,
    _ACCOUNT,
    Column("mrn", "Medical record number", "M100", required=True),
    _AUTHORITY,
    Column("visit", "Visit number; empty for the account number", "V100"),
    Column("family_name", "Patient's family name", "Testcase"),
    Column("given_name", "Patient's given name", "Pat"),
    Column("middle_name", "Patient's middle name"),
    Column("birth_date", "Date of birth", "1957-02-03"),
    Column("sex", "F, M or U", "F"),
    Column("address_line", "Street", "1 Elm St"),
    Column("city", "City", "Springfield"),
    Column("state", "State, two letters", "NY"),
    Column("zip", "ZIP code", "12345"),
    Column(
        "patient_class",
        "inpatient, observation, emergency, outpatient_surgery, clinic, recurring, ancillary, newborn, professional, "
        "or a mapped code",
        "inpatient",
    ),
    Column("service", "Hospital service", "MED"),
    Column("location", "Where the patient is or was last", "3 West"),
    Column("admission_type", "UB-04 priority of the visit, or a mapped code", "1"),
    Column("point_of_origin", "UB-04 point of origin, or a mapped code", "1"),
    Column("admitted", "Admission: a date, with or without time", "2026-09-01T08:30"),
    Column("discharged", "Discharge: a date, with or without time", "2026-09-04T11:00"),
    Column("disposition", "UB-04 patient discharge status, or a mapped code", "01"),
    Column("attending_id", "Attending provider's number", "DR1"),
    Column("attending_family_name", "Attending provider's family name", "Ward"),
    Column("attending_given_name", "Attending provider's given name", "Wanda"),
    Column("attending_npi", "Attending provider's NPI", "1234567893"),
    Column("occurrence_codes", "UB-04 occurrence codes with their days: 11:2026-08-30, with blanks between"),
    Column("occurrence_spans", "UB-04 occurrence spans with first and last day: 74:2026-09-02/2026-09-03, with blanks between"),
    Column("condition_codes", "UB-04 condition codes with blanks between"),
    Column("value_codes", "UB-04 value codes with their amounts: 54:3310, with blanks between"),
    Column("place_of_service", "Professional accounts: CMS place of service, or a mapped code"),
    *_provider("rendering", "Professional accounts: rendering provider's"),
    *_provider("referring", "Professional accounts: referring provider's"),
    *_provider("supervising", "Professional accounts: supervising provider's"),
    Column("billing_provider", "Professional accounts: code of the unit that bills for the physicians; empty for the facility"),
    Column("status", "cancelled, where the registration was cancelled"),
    _AS_OF,
)
COVERAGE: Final = (
    _FACILITY,
    _ACCOUNT,
    Column("rank", "1 for the primary payer, 2 for the next", "1", required=True),
    Column("payer", "The payer's code here, or a mapped one", "MCR", required=True),
    Column("payer_name", "The payer's name, for one that is not set up yet", "Medicare"),
    Column("member_id", "Member number", "1EG4TE5MK73"),
    Column("group_number", "Group number"),
    _AS_OF,
)
DOCUMENTS: Final = (
    _FACILITY,
    _ACCOUNT,
    _MRN,
    _AUTHORITY,
    Column("document", "The document's own number", "D100", required=True),
    Column("type", "A document type here, a LOINC code or a mapped one", "discharge_summary", required=True),
    Column("title", "Title", "Discharge summary"),
    Column("document_status", "signed, unsigned, dictated, addended or cancelled", "signed"),
    Column("author_id", "Author's number", "DR1"),
    Column("author_family_name", "Author's family name", "Ward"),
    Column("author_given_name", "Author's given name", "Wanda"),
    Column("author_npi", "Author's NPI", "1234567893"),
    Column("author_role", "Author's degree or role", "MD"),
    Column("authored", "When it was written", "2026-09-04T10:00"),
    Column("signed", "When it was signed", "2026-09-04T10:30"),
    Column(
        "text",
        "The words; the one column that may hold line ends, in quotes",
        "Pneumonia.\nImproved and sent home.",
        required=True,
    ),
    _AS_OF,
)
CHARGES: Final = (
    _FACILITY,
    _ACCOUNT,
    _MRN,
    _AUTHORITY,
    Column("charge", "The transaction's own number", "T100", required=True),
    Column("code", "Chargemaster code", "ROOM"),
    Column("revenue_code", "Revenue code; empty for that of the chargemaster", "0120"),
    Column("hcpcs", "HCPCS code; empty for that of the chargemaster"),
    Column("modifiers", "Modifiers with blanks between"),
    Column("units", "Service units; empty for 1", "1"),
    Column("amount", "Dollars of the whole line, negative for a credit", "812.00", required=True),
    Column("service_date", "Date of service", "2026-09-01", required=True),
    Column("description", "Description", "Room"),
    Column("diagnoses", "Professional accounts: one to four diagnosis codes of the line with blanks between, the primary first"),
    Column("place_of_service", "Professional accounts: where this service was given, if elsewhere than the account says"),
    *_provider("rendering", "Professional accounts: rendering provider's, if another than the account's,"),
    Column("void", "yes, where the charge is taken off again"),
    _AS_OF,
)
#: Of the opening load: codes that the process before assigned, and holds that it had open.
CODES: Final = (
    _FACILITY,
    _ACCOUNT,
    _MRN,
    _AUTHORITY,
    Column("list", "diagnosis, admitting, reason or procedure; empty for what the code system says", "diagnosis"),
    Column("sequence", "Place in its list: 1 is principal", "1", required=True),
    Column("system", "ICD-10-CM, ICD-10-PCS, CPT, HCPCS, or a mapped code", "ICD-10-CM", required=True),
    Column("code", "The code with or without point; (none) takes this place back", "J18.9", required=True),
    Column("poa", "Present on admission: Y, N, U, W, or empty for an exempt code", "Y"),
    Column("date", "Day of a procedure"),
    Column("modifiers", "Modifiers with blanks between"),
    Column("units", "Units of a service; empty for 1"),
    Column("coder", "Who coded it: a user name here, or a mapped one"),
    _AS_OF,
)
HOLDS: Final = (
    _FACILITY,
    _ACCOUNT,
    _MRN,
    _AUTHORITY,
    Column("hold", "The hold's own number on the account", "H1", required=True),
    Column("reason", "What the account waits for, as a coder reads it", "Pathology report outstanding", required=True),
    Column(
        "owner",
        "coding, him, provider, patient_access, utilization_review, charge, laboratory, billing, supervisor, administrator "
        "or compliance",
        "laboratory",
        required=True,
    ),
    Column("since", "The day since when it is open", "2026-09-05"),
    Column("blocking", "no, where it only warns"),
    Column("lifted", "yes, where it is open no more"),
    _AS_OF,
)
KINDS: Final[dict[str, tuple[Column, ...]]] = {
    "accounts": ACCOUNTS,
    "coverage": COVERAGE,
    "documents": DOCUMENTS,
    "charges": CHARGES,
    "codes": CODES,
    "holds": HOLDS,
}
#: What tells a kind's rows apart, besides facility and account.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "accounts": ("",),
    "coverage": ("rank",),
    "documents": ("document",),
    "charges": ("charge",),
    "codes": ("list", "system", "sequence"),
    "holds": ("hold",),
}
#: The one column in which a line end is a line of text, and no row that ran away.
TEXT: Final = "text"


def names(kind: str) -> frozenset[str]:
    """The columns of a kind."""
    return frozenset(column.name for column in KINDS[kind])


def required(kind: str) -> tuple[str, ...]:
    """The columns that every row of a kind fills."""
    return tuple(column.name for column in KINDS[kind] if column.required)


def kind_of(header: list[str]) -> str:
    """The kind whose columns these are; empty for none."""
    given = frozenset(header)
    return next((kind for kind in KINDS if given <= names(kind) and frozenset(required(kind)) <= given), "")
