"""Code systems, and how a code of each is written. Pure."""

import datetime
import unicodedata
from typing import Final

from accounts.errors import Refused

ICD_10_CM: Final = "ICD-10-CM"
ICD_10_PCS: Final = "ICD-10-PCS"
ICD_9_CM_DX: Final = "ICD-9-CM-DX"
ICD_9_CM_PX: Final = "ICD-9-CM-PX"
HCPCS: Final = "HCPCS"
CPT: Final = "CPT"
HCPCS_MODIFIER: Final = "HCPCS-MODIFIER"
POA_EXEMPT: Final = "POA-EXEMPT"

#: NCCI is published as sets of their own: by payer and by who bills (CMS, NCCI Policy Manual, introduction).
NCCI_PTP: Final = "NCCI-PTP"
MUE: Final = "MUE"
_SETS: Final = {
    "HOSPITAL": "Medicare, outpatient hospital",
    "PRACTITIONER": "Medicare, practitioner",
    "MEDICAID-HOSPITAL": "Medicaid, outpatient hospital",
    "MEDICAID-PRACTITIONER": "Medicaid, practitioner",
}
PAIR_SETS: Final = {f"{NCCI_PTP}-{key}": f"NCCI pairs: {name}" for key, name in _SETS.items()}
UNIT_SETS: Final = {f"{MUE}-{key}": f"Unlikely units (MUE): {name}" for key, name in _SETS.items()}

#: Medical necessity: which diagnoses a Local or National Coverage Determination covers a service for. And the lists of the
#: Integrated Outpatient Code Editor, by the number of their edit.
COVERAGE: Final = "COVERAGE"
IOCE: Final = "IOCE"

#: Lists of a claim form's codes, as CMS publishes them, and what a code of each looks like. The descriptions belong
#: in part to NUBC and X12: none is shipped.
CLAIM_LISTS: Final = {
    "REVENUE-CODE": ("Revenue codes", r"\d{4}"),
    "DISCHARGE-STATUS": ("Patient discharge status", r"\d{2}"),
    "ADMISSION-TYPE": ("Type of admission", r"\d"),
    "POINT-OF-ORIGIN": ("Point of origin", r"[0-9A-Z]"),
    "TYPE-OF-BILL": ("Type of bill, three characters", r"\d[0-9A-Z]{2}"),
    "BILL-CLASS": ("Type of bill, facility and class", r"\d[0-9A-Z]"),
    "BILL-FACILITY": ("Type of bill, facility", r"\d"),
    "BILL-FREQUENCY": ("Type of bill, frequency", r"[0-9A-Z]"),
    "CONDITION-CODE": ("Condition codes", r"[0-9A-Z]{2}"),
    "OCCURRENCE-CODE": ("Occurrence codes", r"[0-9A-Z]{2}"),
    "VALUE-CODE": ("Value codes", r"[0-9A-Z]{2}"),
    "PLACE-OF-SERVICE": ("Place of service", r"\d{2}"),
    "ADJUSTMENT-GROUP": ("Claim adjustment groups", r"[A-Z]{2}"),
    "ADJUSTMENT-REASON": ("Claim adjustment reasons", r"[A-Z]?\d{1,3}"),
}

#: Every table that can be loaded, with the words people use for it.
SYSTEMS: Final = {
    ICD_10_CM: "ICD-10-CM diagnoses",
    ICD_10_PCS: "ICD-10-PCS procedures",
    ICD_9_CM_DX: "ICD-9-CM diagnoses",
    ICD_9_CM_PX: "ICD-9-CM procedures",
    HCPCS: "HCPCS Level II",
    CPT: "CPT (your own licensed file)",
    HCPCS_MODIFIER: "HCPCS modifiers",
    POA_EXEMPT: "POA-exempt diagnoses",
    **PAIR_SETS,
    **UNIT_SETS,
    COVERAGE: "Medical necessity (LCD and NCD)",
    IOCE: "Outpatient code editor lists (IOCE)",
    **{system: name for system, (name, _) in CLAIM_LISTS.items()},
}

#: ICD-10 replaced ICD-9-CM for discharges and services from this day (45 CFR 162.1002).
ICD_10_FROM: Final = datetime.date(2015, 10, 1)

MAX_LENGTH: Final = 10


def diagnosis_system(on: datetime.date) -> str:
    """The diagnosis system of a discharge or service date."""
    return ICD_10_CM if on >= ICD_10_FROM else ICD_9_CM_DX


def procedure_system(on: datetime.date) -> str:
    """The inpatient procedure system of a discharge date."""
    return ICD_10_PCS if on >= ICD_10_FROM else ICD_9_CM_PX


def ncci_set(table: str, *, payer_kind: str, billing_kind: str) -> str:
    """The set of ``NCCI-PTP`` or ``MUE`` that judges a bill: Medicaid's for Medicaid, Medicare's for every other payer;
    the practitioners' for a professional bill, the hospital's otherwise."""
    payer = "MEDICAID-" if payer_kind == "medicaid" else ""
    return f"{table}-{payer}{'PRACTITIONER' if billing_kind == 'professional' else 'HOSPITAL'}"


def display(code: str, system: str) -> str:
    """The code as people write it: with the point in ICD-10-CM and ICD-9-CM, unchanged elsewhere."""
    at = _point(code, system)
    return f"{code[:at]}.{code[at:]}" if at and len(code) > at else code


def _point(code: str, system: str) -> int:
    if system in {ICD_10_CM, POA_EXEMPT}:
        return 3
    if system == ICD_9_CM_DX:
        return 4 if code.startswith("E") else 3
    return 2 if system == ICD_9_CM_PX else 0


def normalise(code: str) -> str:
    """The code as tables store it: no point, no blanks, capital letters.

    Refused: characters that are not plain letters and digits, by name, because a Cyrillic or full-width letter
    looks like the right one; and what is too long for any code.
    """
    plain = "".join(code.split()).replace(".", "").upper()
    strange = next((character for character in plain if not (character.isascii() and character.isalnum())), "")
    if strange:
        raise Refused(
            "code.characters", f"{_named(strange)} is not a letter A to Z or a digit. Type the code again.", fix="codes"
        )
    if len(plain) > MAX_LENGTH:
        raise Refused("code.length", f"A code has at most {MAX_LENGTH} characters.", fix="codes")
    return plain


def _named(character: str) -> str:
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    return f"“{character}” ({name})" if character.isprintable() else f"An invisible character ({name})"
