"""The claim elements side by side: what patient accounting says, and what the coder read in the record (condition 5)."""

import datetime
from dataclasses import dataclass
from typing import Final

from accounts.models import Account, PatientClass
from coding_workflow.coding.models import RecordAbstract


@dataclass(frozen=True, slots=True)
class Element:
    """One claim element. ``record`` is empty while nobody has read it; ``value`` is what a form field takes."""

    name: str
    words: str
    kind: str
    accounting: str
    record: str
    value: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Sides:
    """The elements; ``abstracted_at`` is None while the record has not been read for them."""

    elements: tuple[Element, ...]
    abstracted_at: datetime.datetime | None
    source: int | None
    differing: int
    classes: tuple[tuple[str, str], ...] = tuple(PatientClass.choices)


_ELEMENTS: Final = (
    ("patient_class", "Class", "class"),
    ("admit_date", "Admitted", "date"),
    ("discharge_date", "Discharged", "date"),
    ("discharge_status", "Discharge status", "text"),
)


#: What a professional bill says of the visit.
_OF_PROFESSIONAL: Final = (
    ("place_of_service", "Place of service", "text"),
    ("admit_date", "First day", "date"),
    ("discharge_date", "Last day", "date"),
)


def sides(account: Account, abstract: RecordAbstract | None) -> Sides:
    """The elements of an account, and of its newest abstract where the record has been read."""
    asked = _OF_PROFESSIONAL if account.is_professional else _ELEMENTS
    elements = [_element(account, abstract, *each) for each in asked]
    if account.is_professional:
        elements += _providers(account)
    elif abstract is not None or account.patient_class == PatientClass.NEWBORN:
        elements += _only_in_record(account, abstract)
    return Sides(
        elements=tuple(elements),
        abstracted_at=abstract.abstracted_at if abstract else None,
        source=next(iter(abstract.sources.values()), None) if abstract else None,
        differing=sum(each.differs for each in elements),
    )


def _element(account: Account, abstract: RecordAbstract | None, name: str, words: str, kind: str) -> Element:
    says = getattr(account, name)
    read = getattr(abstract, name) if abstract else None
    return Element(
        name=name,
        words=words,
        kind=kind,
        accounting=_shown(says, kind),
        record=_shown(read, kind),
        value=read.isoformat() if isinstance(read, datetime.date) else str(read or ""),
        differs=abstract is not None and (read or None) != (says or None),
    )


def _providers(account: Account) -> list[Element]:
    """Who is on a professional bill: registration says it, and nothing is abstracted. One query for each that is named."""
    named = [("rendering", "Rendering"), ("referring", "Referring"), ("supervising", "Supervising")]
    rows = [(words, getattr(account, name)) for name, words in named if getattr(account, f"{name}_id")]
    said = [(words, f"{person} · NPI {person.npi or 'missing'}") for words, person in rows]
    bills = account.unit or account.facility
    return [Element("", words, "said", text, "", "", differs=False) for words, text in (*said, ("Billed by", str(bills)))]


def _only_in_record(account: Account, abstract: RecordAbstract | None) -> list[Element]:
    """Death and birth weight: patient accounting keeps neither on the account."""
    death = abstract.death_date if abstract else None
    weight = abstract.birth_weight_grams if abstract else None
    rows = [Element("death_date", "Died", "date", "", _shown(death, "date"), death.isoformat() if death else "", differs=False)]
    if account.patient_class == PatientClass.NEWBORN:
        rows.append(
            Element("birth_weight_grams", "Birth weight (g)", "number", "", str(weight or ""), str(weight or ""), differs=False)
        )
    return rows


def _shown(value: object, kind: str) -> str:
    if not value:
        return ""
    if isinstance(value, datetime.date):
        return f"{value:%b} {value.day}, {value.year}"
    return str(PatientClass(str(value)).label) if kind == "class" else str(value)
