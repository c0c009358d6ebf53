"""Facts that a test starts from: a plain example, or those of an account without what names the patient or a person."""

import datetime
import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from coding_workflow.guidelines.facts import (
    Coder,
    Competence,
    Diagnosis,
    Document,
    Evidence,
    Facts,
    Line,
    Occurrence,
    Order,
    Patient,
    Payer,
    Procedure,
    Provider,
    Query,
    Record,
    RelatedAccount,
    Value,
    facts_from_json,
    facts_to_json,
)

#: Ages above are one class (45 CFR 164.514(b)(2)(i)(C)).
_OLDEST: Final = 90
_HUNDRED: Final = Decimal(100)
#: Value codes that a test keeps: the birth weight in grams, which a built-in edit compares with the record.
_VALUES: Final = frozenset({"54"})
#: What is kept as it is, by noun.
_KEPT: Final = (
    "patient_class", "discharge_date", "judged_on", "billing_kind", "service", "admit_date", "admitted_at", "discharged_at",
    "discharge_status", "admission_type", "point_of_origin", "type_of_bill", "poa_exempt_hospital", "grouper_version",
    "admitting_diagnosis", "reason_for_visit", "condition_codes", "statement_from", "statement_through", "place_of_service",
)  # fmt: skip
_LINE: Final = ("revenue_code", "hcpcs", "modifiers", "units", "date", "source", "specimen", "pointers", "place_of_service")
_DOCUMENT: Final = ("type", "author_role", "signed", "authored_at", "signed_at", "deficiencies", "specimen", "concurrence")
_RECORD: Final = ("discharge_status", "patient_class", "admit_date", "discharge_date", "death_date", "place_of_service")
_COMPETENCE: Final = ("type", "valid_from", "valid_to", "credential", "supervision", "trained_on", "oriented_on")
_RELATED: Final = (
    "relation", "patient_class", "same_facility", "service_from", "service_through", "combined", "acute_hospital",
)  # fmt: skip
_ORDER: Final = ("type", "ordered_at", "authenticated")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d(?:T.*)?")
_INPATIENT: Final = {
    "id": "test",
    "patient_class": "inpatient",
    "patient": {"birth_date": "1956-09-01", "sex": "F"},
    "admit_date": "2026-09-01",
    "discharge_date": "2026-09-04",
    "discharge_status": "01",
    "payer": {"code": "MCR", "kind": "medicare"},
    "diagnoses": [{"code": "I21.4", "poa": "Y"}, {"code": "I10", "poa": "Y"}],
    "procedures": [{"code": "027034Z", "date": "2026-09-02"}],
    "documents": [{"id": "1", "type": "discharge_summary", "signed": True}, {"id": "2", "type": "progress_note", "signed": True}],
}
_OUTPATIENT: Final = {
    "id": "test",
    "patient_class": "outpatient_surgery",
    "patient": {"birth_date": "1981-09-02", "sex": "M"},
    "statement_from": "2026-09-02",
    "statement_through": "2026-09-02",
    "payer": {"code": "COM", "kind": "commercial"},
    "diagnoses": [{"code": "K40.90"}],
    "lines": [{"revenue_code": "0360", "hcpcs": "49505", "modifiers": ["RT"], "units": "1", "date": "2026-09-02"}],
    "documents": [{"id": "1", "type": "operative_note", "signed": True}],
}
EXAMPLES: Final = {"inpatient": _INPATIENT, "outpatient": _OUTPATIENT}


def readable(facts: dict[str, Any]) -> str:
    """Facts as the form shows them, a value on each line."""
    return json.dumps(facts, indent=1, ensure_ascii=False)


def without_identity(facts: Facts) -> Facts:
    """The facts as a test may keep them: what is named in this module is kept, anything else is left out.

    Kept are the class, kind and codes of the account, its payer, the age and sex of the patient and the birth weight, types
    and states of documents, orders and queries, roles of providers, competences without their holders, and how other
    accounts relate to it. Of value codes only 54 (birth weight, grams); the others may tell an address (A0 is a ZIP code)
    or a sum. Charges are in whole hundreds. Times of day are noon (UTC). Dates move back by whole weeks into the first week
    of the month of admission. The birth date is changed to a birthday on the day of admission at the same age, above 90 at
    90; of infants it moves with the other dates.
    Raises FactsError for an inpatient who is not discharged: a test needs the date.
    """
    known = Facts(
        id="test",
        **_as_they_are(facts, _KEPT),
        patient=Patient(**_as_they_are(facts.patient, ("birth_date", "sex", "birth_weight_grams"))),
        payer=Payer(**_as_they_are(facts.payer, ("code", "kind"))),
        diagnoses=None if facts.diagnoses is None else tuple(map(_diagnosis, facts.diagnoses)),
        external_causes=tuple(map(_diagnosis, facts.external_causes)),
        procedures=tuple(map(_procedure, facts.procedures)),
        lines=tuple(map(_line, facts.lines)),
        documents=None if facts.documents is None else tuple(_document(each, at) for at, each in enumerate(facts.documents, 1)),
        record=Record(**_as_they_are(facts.record, _RECORD)) if facts.record else None,
        coder=_coder(facts.coder) if facts.coder else None,
        coders=tuple(map(_coder, facts.coders[:1])),
        related_accounts=tuple(_related(each, at) for at, each in enumerate(facts.related_accounts, 1)),
        orders=None if facts.orders is None else tuple(Order(**_as_they_are(each, _ORDER)) for each in facts.orders),
        occurrence_codes=tuple(Occurrence(each.code, each.date) for each in facts.occurrence_codes),
        value_codes=tuple(Value(each.code, each.amount) for each in facts.value_codes if each.code in _VALUES),
        providers=tuple(Provider(each.role) for each in facts.providers),
        queries=tuple(Query(str(at), each.status, "", each.codes) for at, each in enumerate(facts.queries, 1)),
    )
    moved = facts_from_json(_moved(json.loads(facts_to_json(known)), _weeks(facts)))
    return replace(moved, patient=_patient(moved))


def _as_they_are(noun: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(noun, name) for name in names}


def _person(one: str | None) -> str | None:
    """All coders are one: who coded what is nobody's business in a test."""
    return one and "coder"


def _coded(item: Diagnosis | Procedure | Line) -> dict[str, Any]:
    """Of evidence a citation alone: that there is some, not what it says."""
    return {"evidence": (Evidence("1"),) if item.evidence else (), "coder": _person(item.coder)}


def _diagnosis(coded: Diagnosis) -> Diagnosis:
    return Diagnosis(**_as_they_are(coded, ("code", "poa", "system", "queried", "copied")), **_coded(coded))


def _procedure(coded: Procedure) -> Procedure:
    return Procedure(**_as_they_are(coded, ("code", "system", "date", "specimen", "modifiers")), **_coded(coded))


def _line(line: Line) -> Line:
    charge = None if line.charge is None else round(line.charge / _HUNDRED) * _HUNDRED
    return Line(**_as_they_are(line, _LINE), **_coded(line), charge=charge, owner=_person(line.owner))


def _document(document: Document, at: int) -> Document:
    return Document(id=str(at), **_as_they_are(document, _DOCUMENT))


def _coder(coder: Coder) -> Coder:
    return Coder("coder", tuple(map(_competence, coder.competences)))


def _competence(held: Competence) -> Competence:
    return Competence(**_as_they_are(held, _COMPETENCE), supervisor=_person(held.supervisor))


def _related(account: RelatedAccount, at: int) -> RelatedAccount:
    return RelatedAccount(id=str(at), **_as_they_are(account, _RELATED))


def _weeks(facts: Facts) -> datetime.timedelta:
    first = facts.admit_date or facts.tables_date
    return datetime.timedelta(days=(first.day - 1) // 7 * 7 if first else 0)


def _moved(value: Any, back: datetime.timedelta) -> Any:
    """JSON values with every date and instant moved, instants to noon."""
    if isinstance(value, dict):
        return {key: _moved(each, back) for key, each in value.items()}
    if isinstance(value, list):
        return [_moved(each, back) for each in value]
    if isinstance(value, str) and _DAY.fullmatch(value):
        return f"{datetime.date.fromisoformat(value[:10]) - back}{'T12:00:00Z' if value[10:] else ''}"
    return value


def _patient(facts: Facts) -> Patient:
    born, on = facts.patient.birth_date, facts.admit_date or facts.tables_date
    if born is None or on is None:
        return replace(facts.patient, birth_date=None)
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return facts.patient if age < 1 else replace(facts.patient, birth_date=_birthday(on, min(age, _OLDEST)))


def _birthday(on: datetime.date, age: int) -> datetime.date:
    """The day that many years before; March 1 for a leap day."""
    try:
        return on.replace(year=on.year - age)
    except ValueError:
        return datetime.date(on.year - age, 3, 1)
