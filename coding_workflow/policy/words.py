"""The words of a policy as people read them: names of codes, lists, whom a row is about. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from . import vocabulary
from .rules import Scope

_NAMES: Final[Mapping[str, str]] = {
    "ed_note": "emergency department note",
    "him": "health information management",
    "charge": "charge department",
    "ur_decision": "utilization review decision",
    "medicare": "Medicare",
    "medicare_advantage": "Medicare Advantage",
    "medicaid": "Medicaid",
    "self_pay": "self-pay",
    "cc_mcc": "complications and comorbidities (CC and MCC)",
    "hac_psi": "hospital-acquired conditions and patient safety indicators",
    "queried_code": "codes touched by a query",
    "select_modifier": "select modifiers",
    "principal_diagnosis": "the principal diagnosis",
    "procedure": "procedures",
    "claims": "are billed by claims made here",
    "patient_accounting": "are billed by patient accounting from the final codes",
    "passage": "a passage of a document",
    "page_region": "a region of a scanned page",
    "external_document": "a document in the electronic record",
    "citation": "a citation of document, author and date",
    "attestation": "the coder's own word",
}


def name(code: str) -> str:
    """A code as a phrase: ``discharge_summary`` is “discharge summary”; codes of tables and modifiers stay as they are."""
    return _NAMES.get(code, code.replace("_", " "))


def capital(words: str) -> str:
    """With a capital first letter, the rest as it is."""
    return words[:1].upper() + words[1:]


def listed(words: Iterable[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    each = list(words)
    return f"{', '.join(each[:-1])} {last} {each[-1]}" if len(each) > 1 else "".join(each)


def days(number: int) -> str:
    """``1 day``, ``4 days``."""
    return f"{number:,} day" if number == 1 else f"{number:,} days"


def classes(codes: Sequence[str]) -> str:
    """Patient classes; nothing named is every class."""
    return listed(name(code) for code in codes) if codes else "every patient class"


def whom(scope: Scope) -> str:
    """Which accounts a row is about: ``inpatient and newborn accounts of Medicare, service PSY``."""
    what = f"{classes(scope.patient_classes)} accounts" if scope.patient_classes else "all accounts"
    payers = f" of {listed((name(code) for code in scope.payer_kinds), 'or')} payers" if scope.payer_kinds else ""
    services = f", service {listed(scope.services, 'or')}" if scope.services else ""
    return f"{what}{payers}{services}"


def situations(codes: Sequence[str]) -> str:
    """The circumstances as the vocabulary says them, joined by *or*."""
    return listed((vocabulary.SITUATIONS.get(code, name(code)) for code in codes), "or")
