"""The final codes of one release, as any patient accounting system is told them. Pure."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FinalDiagnosis:
    """One diagnosis without point. ``kind`` is ``admitting``, ``reason`` (for the visit), ``final`` or ``external``."""

    code: str
    kind: str = "final"
    system: str = "ICD-10-CM"
    poa: str = ""


@dataclass(frozen=True, slots=True)
class FinalProcedure:
    """One procedure or service; ``units`` are given for services on charge lines.

    ``diagnoses`` are those to which a line of a professional account points, the primary first.
    """

    code: str
    system: str
    date: datetime.date | None = None
    modifiers: tuple[str, ...] = ()
    units: str = ""
    diagnoses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FinalCodes:
    """One account as it was released. The first final diagnosis is the principal one, the first procedure too.

    ``released_at`` is aware; ``sequence`` counts the account's releases from 1.
    """

    account_number: str
    visit_number: str
    mrn: str
    authority: str
    family_name: str
    given_name: str
    birth_date: datetime.date | None
    sex: str
    patient_class: str
    discharge_status: str
    admitted_at: datetime.datetime | datetime.date | None
    discharged_at: datetime.datetime | datetime.date | None
    released_at: datetime.datetime
    sequence: int
    diagnoses: tuple[FinalDiagnosis, ...]
    procedures: tuple[FinalProcedure, ...]
    drg: str = ""
    drg_version: str = ""
