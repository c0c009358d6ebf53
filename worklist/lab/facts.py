"""Facts that a test starts from: a plain example, or those of an account without what names the patient or a person."""

import datetime
import json
import re
from dataclasses import replace
from typing import Any, Final

from coding_workflow.guidelines.facts import (
    Coder,
    Competence,
    Diagnosis,
    Document,
    Evidence,
    Facts,
    Patient,
    Procedure,
    Provider,
    Query,
    RelatedAccount,
    facts_from_json,
    facts_to_json,
)

#: Ages above are one class (45 CFR 164.514(b)(2)(i)(C)).
_OLDEST: Final = 90
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
    """The facts as a test may keep them: what is not named here is left out.

    No name or number was in them; quotes, free words, holds, identifiers of people, documents and other accounts go as
    well. Dates move back by whole weeks into the first week of the month of admission. The birth date is changed to a
    birthday on the day of admission at the same age, above 90 at 90; of infants it moves with the other dates.
    Raises FactsError for an inpatient who is not discharged: a test needs the date.
    """
    known = replace(
        facts,
        id="test",
        facility="",
        provider_number="",
        diagnoses=None if facts.diagnoses is None else tuple(map(_coded, facts.diagnoses)),
        external_causes=tuple(map(_coded, facts.external_causes)),
        procedures=tuple(map(_coded, facts.procedures)),
        lines=tuple(replace(_coded(line), owner=_person(line.owner)) for line in facts.lines),
        documents=None if facts.documents is None else tuple(_document(each, at) for at, each in enumerate(facts.documents, 1)),
        record=replace(facts.record, sources=()) if facts.record else None,
        coder=_coder(facts.coder) if facts.coder else None,
        coders=tuple(map(_coder, facts.coders[:1])),
        related_accounts=tuple(_related(each, at) for at, each in enumerate(facts.related_accounts, 1)),
        providers=tuple(Provider(each.role) for each in facts.providers),
        queries=tuple(Query(str(at), each.status, "", each.codes) for at, each in enumerate(facts.queries, 1)),
        open_holds=(),
        discrepancy=None,
        overrides=(),
        waivers=(),
    )
    moved = facts_from_json(_moved(json.loads(facts_to_json(known)), _weeks(facts)))
    return replace(moved, patient=_patient(moved))


def _person(one: str | None) -> str | None:
    """All coders are one: who coded what is nobody's business in a test."""
    return one and "coder"


def _coded(item: Any) -> Any:
    """A code with its evidence as a citation alone: that there is some, not what it says."""
    evidence = (Evidence("1"),) if item.evidence else ()
    made: Diagnosis | Procedure = replace(item, evidence=evidence, coder=_person(item.coder))
    return made


def _document(document: Document, at: int) -> Document:
    return replace(document, id=str(at), author="")


def _coder(coder: Coder) -> Coder:
    return Coder("coder", tuple(map(_competence, coder.competences)))


def _competence(held: Competence) -> Competence:
    return replace(held, supervisor=_person(held.supervisor), provider_number="")


def _related(account: RelatedAccount, at: int) -> RelatedAccount:
    return replace(account, id=str(at), facility="", unrelated_reason="")


def _weeks(facts: Facts) -> datetime.timedelta:
    first = facts.admit_date or facts.tables_date
    return datetime.timedelta(days=(first.day - 1) // 7 * 7 if first else 0)


def _moved(value: Any, back: datetime.timedelta) -> Any:
    """JSON values with every date and instant moved."""
    if isinstance(value, dict):
        return {key: _moved(each, back) for key, each in value.items()}
    if isinstance(value, list):
        return [_moved(each, back) for each in value]
    if isinstance(value, str) and _DAY.fullmatch(value):
        return f"{datetime.date.fromisoformat(value[:10]) - back}{value[10:]}"
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
