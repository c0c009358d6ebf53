"""Where each word of the vocabulary is found in the facts. None, an empty text and an empty tuple mean *not there*."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, NamedTuple

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import Competence, Diagnosis, Document, Facts, Line, Procedure, RelatedAccount
from coding_workflow.guidelines.service_codes import HCPCS_SYSTEMS

#: ``(item, position from 1, case) -> value``.
ItemValue = Callable[[Any, int, Case], Any]
FieldValue = Callable[[Case], Any]


class Code(NamedTuple):
    """A code that stands alone, without POA or position: admitting diagnosis, reason for visit."""

    code: str


#: Collection -> its items; None where they are not known.
ITEMS: Final[dict[str, Callable[[Case], tuple[Any, ...] | None]]] = {
    "diagnoses": lambda case: case.facts.diagnoses,
    "principal": lambda case: None if case.facts.diagnoses is None else case.diagnoses[:1],
    "secondary": lambda case: None if case.facts.diagnoses is None else case.secondary,
    "external_causes": lambda case: case.facts.external_causes,
    "admitting": lambda case: (Code(case.facts.admitting_diagnosis),) if case.facts.admitting_diagnosis else (),
    "reason_for_visit": lambda case: tuple(Code(code) for code in case.facts.reason_for_visit),
    "procedures": lambda case: case.facts.procedures,
    "principal_procedure": lambda case: case.facts.procedures[:1],
    "lines": lambda case: case.facts.lines,
    "documents": lambda case: case.facts.documents,
    "related_accounts": lambda case: case.facts.related_accounts,
    "queries": lambda case: case.facts.queries,
}
#: The position of the first item, where the collection does not begin with the first of its kind.
FIRST: Final = {"secondary": 2}


def _mark(item: Diagnosis, at: int, case: Case) -> tuple[str, ...]:
    severity = case.complications.get(item.code)
    hac = ("HAC",) if item.code in case.hospital_acquired else ()
    return (*((severity,) if severity else ()), *hac)


class Plain:
    """A value that is simply an attribute of the item; ``of`` reads it without more ado."""

    def __init__(self, name: str) -> None:
        self.of = attrgetter(name)

    def __call__(self, item: Any, at: int, case: Case) -> Any:
        return self.of(item)


def _position(item: Any, at: int, case: Case) -> int:
    return at


def _linked(item: Diagnosis | Procedure | Line, at: int, case: Case) -> bool:
    return bool(item.evidence)


_OF_DIAGNOSIS: Final[dict[str, ItemValue]] = {
    "code": Plain("code"),
    "system": Plain("system"),
    "poa": Plain("poa"),
    "position": _position,
    "mark": _mark,
    "queried": Plain("queried"),
    "linked": _linked,
}
_OF_PROCEDURE: Final[dict[str, ItemValue]] = {
    "code": Plain("code"),
    "system": Plain("system"),
    "date": Plain("date"),
    "position": _position,
    "modifiers": Plain("modifiers"),
    "specimen": Plain("specimen"),
    "linked": _linked,
}
_OF_LINE: Final[dict[str, ItemValue]] = {
    "code": Plain("hcpcs"),
    "revenue_code": Plain("revenue_code"),
    "modifiers": Plain("modifiers"),
    "units": Plain("units"),
    "date": Plain("date"),
    "charge": Plain("charge"),
    "source": Plain("source"),
    "linked": _linked,
}
_OF_DOCUMENT: Final[dict[str, ItemValue]] = {
    "type": Plain("type"),
    "signed": Plain("signed"),
    "author_role": Plain("author_role"),
    "deficiencies": Plain("deficiencies"),
    "authored": Plain("authored_at"),
    "signed_on": Plain("signed_at"),
}
_RELATED: Final = ("relation", "patient_class", "same_facility", "acute_hospital", "combined", "service_from", "service_through")
_ALONE: Final[dict[str, ItemValue]] = {"code": Plain("code")}

#: Collection -> attribute -> how it is read from an item.
ATTRIBUTES: Final[dict[str, dict[str, ItemValue]]] = {
    **dict.fromkeys(("diagnoses", "principal", "secondary", "external_causes"), _OF_DIAGNOSIS),
    **dict.fromkeys(("admitting", "reason_for_visit"), _ALONE),
    **dict.fromkeys(("procedures", "principal_procedure"), _OF_PROCEDURE),
    "lines": _OF_LINE,
    "documents": _OF_DOCUMENT,
    "related_accounts": {name: Plain(name) for name in _RELATED},
    "queries": {name: Plain(name) for name in ("status", "subject", "codes")},
}


def subject(item: Any) -> str:
    """What a finding names: a code, a document's or query's id; a line without code by its revenue code."""
    if isinstance(item, Line):
        return item.hcpcs or item.revenue_code
    return str(getattr(item, "code", "") or getattr(item, "id", ""))


def is_coded(item: Any) -> bool:
    """Whether the item is a code rather than a document, query or account."""
    return not isinstance(item, Document | RelatedAccount) and not hasattr(item, "status")


def _age_days(case: Case) -> int | None:
    born, on = case.facts.patient.birth_date, case.facts.admit_date or case.tables_date
    return None if born is None or on is None else (on - born).days


def _total_charges(case: Case) -> Decimal | None:
    charges = [line.charge for line in case.facts.lines]
    known = [charge for charge in charges if charge is not None]
    return sum(known, Decimal(0)) if len(known) == len(charges) else None


def _number_of_codes(case: Case) -> int | None:
    if case.facts.diagnoses is None:
        return None
    facts = case.facts
    loose = [each for each in facts.procedures if each.system not in HCPCS_SYSTEMS]
    return len(case.submitted) + len(loose) + len(case.services)


def _days_since_discharge(case: Case) -> int | None:
    left = case.facts.discharge_date
    return None if left is None or case.facts.judged_on is None else (case.facts.judged_on - left).days


def _in_date(held: Competence, case: Case) -> bool:
    on = case.judged_on
    started = held.valid_from is None or held.valid_from <= on
    return started and (held.valid_to is None or on <= held.valid_to) and held.type == case.facts.patient_class


def _coders(case: Case) -> set[str]:
    """Those who assigned a code; charge lines of the chargemaster have no coder."""
    by_hand = (line for line in case.facts.lines if line.hcpcs and line.source == "coder")
    items: tuple[Diagnosis | Procedure | Line, ...] = (*case.submitted, *case.facts.procedures, *by_hand)
    return case.assigners(items)


def _held(case: Case) -> list[list[Competence]] | None:
    """For each coder, the competences in date for this class; None where nobody is known."""
    coders = _coders(case)
    if not coders:
        return None
    known = [case.coders.get(each) for each in sorted(coders)]
    return [[held for held in coder.competences if _in_date(held, case)] if coder else [] for coder in known]


def _competent(case: Case) -> bool | None:
    held = _held(case)
    return None if held is None else all(held)


def _supervision(case: Case) -> tuple[str, ...] | None:
    held = _held(case)
    return None if held is None else tuple(sorted({each.supervision for one in held for each in one if each.supervision}))


FIELDS: Final[dict[str, FieldValue]] = {
    "patient_class": lambda case: case.facts.patient_class,
    "billing_kind": lambda case: case.facts.billing_kind,
    "place_of_service": lambda case: case.facts.place_of_service,
    "service": lambda case: case.facts.service,
    "payer_code": lambda case: case.facts.payer.code,
    "payer_kind": lambda case: case.facts.payer.kind,
    "age_years": lambda case: case.age,
    "age_days": _age_days,
    "sex": lambda case: case.facts.patient.sex,
    "birth_weight": lambda case: case.facts.patient.birth_weight_grams,
    "length_of_stay": lambda case: case.length_of_stay,
    "admission_type": lambda case: case.facts.admission_type,
    "point_of_origin": lambda case: case.facts.point_of_origin,
    "discharge_status": lambda case: case.facts.discharge_status,
    "type_of_bill": lambda case: case.facts.type_of_bill,
    "drg": lambda case: case.grouping.drg if case.grouping else None,
    "mdc": lambda case: case.grouping.mdc if case.grouping else None,
    "drg_weight": lambda case: Decimal(case.grouping.weight) if case.grouping and case.grouping.weight else None,
    "total_charges": _total_charges,
    "number_of_diagnoses": lambda case: None if case.facts.diagnoses is None else len(case.diagnoses),
    "number_of_procedures": lambda case: len(case.facts.procedures),
    "number_of_codes": _number_of_codes,
    "condition_codes": lambda case: case.facts.condition_codes,
    "occurrence_codes": lambda case: tuple(each.code for each in case.facts.occurrence_codes),
    "value_codes": lambda case: tuple(each.code for each in case.facts.value_codes),
    "situation": lambda case: tuple(sorted(case.situations)),
    "coders_competent": _competent,
    "supervision": _supervision,
    "days_since_discharge": _days_since_discharge,
}


def _always(facts: Facts) -> bool:
    return True


def _inpatient(facts: Facts) -> bool:
    return facts.inpatient


def _newborn(facts: Facts) -> bool:
    return facts.patient_class == "newborn"


def _facility_bill(facts: Facts) -> bool:
    return facts.billing_kind == "facility"


def _professional_bill(facts: Facts) -> bool:
    return facts.professional


#: Fields without which a question about them cannot be answered, and for which accounts that is so. Elsewhere an absent
#: value is simply not there.
NEEDED: Final[dict[str, Callable[[Facts], bool]]] = {
    **dict.fromkeys(("age_years", "age_days", "sex", "number_of_diagnoses", "number_of_codes"), _always),
    **dict.fromkeys(("coders_competent", "supervision", "total_charges"), _always),
    **dict.fromkeys(("length_of_stay", "admission_type", "point_of_origin", "discharge_status"), _inpatient),
    **dict.fromkeys(("drg", "mdc", "drg_weight", "days_since_discharge"), _inpatient),
    "birth_weight": _newborn,
    "type_of_bill": _facility_bill,
    "place_of_service": _professional_bill,
}


def absent(value: Any) -> bool:
    """Whether a value is not there; zero and false are."""
    return value is None or value == "" or value == ()


def moment(case: Case, of: str, days: int, *, exact: bool) -> datetime.date | datetime.datetime | None:
    """The day, or with ``exact`` the instant, that many days after admission or discharge; None beyond the calendar."""
    facts, shift = case.facts, datetime.timedelta(days=days)
    instant, day = (facts.admitted_at, facts.admit_date) if of == "admission" else (facts.discharged_at, facts.discharge_date)
    base = instant if exact and instant else day
    try:
        return None if base is None else base + shift
    except OverflowError:
        return None
