"""Coding credentials as people write them. Pure.

A competence names one in free words ("CCS", "rhit / ccs"): hospitals hire people with others than those listed here.
"""

import re
from typing import Final

#: Of AHIMA, AAPC and ACDIS, with their names; a hospital may record others.
KNOWN: Final[dict[str, str]] = {
    "RHIA": "Registered Health Information Administrator",
    "RHIT": "Registered Health Information Technician",
    "CCA": "Certified Coding Associate",
    "CCS": "Certified Coding Specialist",
    "CCS-P": "Certified Coding Specialist, Physician-based",
    "CDIP": "Certified Documentation Integrity Practitioner",
    "CPC": "Certified Professional Coder",
    "COC": "Certified Outpatient Coder",
    "CIC": "Certified Inpatient Coder",
    "CRC": "Certified Risk Adjustment Coder",
    "CCDS": "Certified Clinical Documentation Specialist",
}
#: One credential: capitals, digits and hyphens.
SHAPE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,11}")
#: What stands between two of them; PostgreSQL reads the same words (``worklist.queueing.needs``).
BETWEEN: Final = "[^A-Z0-9-]+"


def named(text: str) -> tuple[str, ...]:
    """The credentials that a free text names, in capitals and in its order: ``rhit / ccs-p`` gives RHIT and CCS-P."""
    return tuple(each for each in re.split(BETWEEN, text.upper()) if SHAPE.fullmatch(each))
