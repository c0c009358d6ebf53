"""Small changes to the codes, documents and lines of an account, from which faults are made."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from coding_workflow.guidelines.facts import Diagnosis, Document, Evidence, Facts, Line, Procedure
from coding_workflow.guidelines.samples.exempt import EXEMPT


def has(facts: Facts, *prefixes: str) -> str:
    """The first diagnosis code that starts with one of these, or an empty text."""
    return next((each.code for each in facts.diagnoses or () if each.code.startswith(prefixes)), "")


def first(facts: Facts) -> str:
    """The principal or first-listed code."""
    return facts.diagnoses[0].code if facts.diagnoses else ""


def indicators(facts: Facts) -> bool:
    """Whether present-on-admission indicators are reported."""
    return facts.inpatient and not facts.poa_exempt_hospital


def coded(facts: Facts, code: str, poa: str = "Y") -> Diagnosis:
    """One more code, supported by the passage that supports the principal diagnosis."""
    like = (facts.diagnoses or (Diagnosis("R69"),))[0]
    shown = indicators(facts) and code not in EXEMPT
    return replace(like, code=code, poa=poa if shown else "")


def with_last(facts: Facts, *codes: str) -> Facts:
    """These codes added at the end."""
    return replace(facts, diagnoses=(facts.diagnoses or ()) + tuple(coded(facts, code) for code in codes))


def with_first(facts: Facts, code: str) -> Facts:
    """This code added before all others."""
    return replace(facts, diagnoses=(coded(facts, code), *(facts.diagnoses or ())))


def recoded(facts: Facts, old: str, new: str) -> Facts:
    """Another code in the same place."""
    changed = tuple(
        replace(coded(facts, new), evidence=each.evidence) if each.code == old else each for each in facts.diagnoses or ()
    )
    return replace(facts, diagnoses=changed)


def uncoded(facts: Facts, *prefixes: str) -> Facts:
    """Without the codes that start so."""
    return replace(facts, diagnoses=tuple(each for each in facts.diagnoses or () if not each.code.startswith(prefixes)))


def moved_first(facts: Facts, code: str) -> Facts:
    """The same codes with this one before all others."""
    return _moved(facts, code, 0)


def moved_before(facts: Facts, code: str, other: str) -> Facts:
    """The same codes with this one just before the other."""
    at = next(at for at, each in enumerate(facts.diagnoses or ()) if each.code == other)
    return _moved(facts, code, at)


def _moved(facts: Facts, code: str, at: int) -> Facts:
    held = list(facts.diagnoses or ())
    moving = next(each for each in held if each.code == code)
    held.remove(moving)
    held.insert(at, moving)
    return replace(facts, diagnoses=tuple(held))


def principal(facts: Facts, **changes: Any) -> Facts:
    """The first diagnosis changed."""
    held = facts.diagnoses or ()
    return replace(facts, diagnoses=(replace(held[0], **changes), *held[1:]))


def line_where(facts: Facts, chosen: Callable[[Line], bool], **changes: Any) -> Facts | None:
    """The first such charge line changed; None where there is none."""
    at = next((at for at, line in enumerate(facts.lines) if chosen(line)), None)
    if at is None:
        return None
    lines = facts.lines
    return replace(facts, lines=(*lines[:at], replace(lines[at], **changes), *lines[at + 1 :]))


def document(facts: Facts, kind: str) -> Document | None:
    """The document of that type."""
    return next((each for each in facts.documents or () if each.type == kind), None)


def with_document(facts: Facts, added: Document) -> Facts:
    """One document more."""
    return replace(facts, documents=(*(facts.documents or ()), added))


def document_changed(facts: Facts, kind: str, **changes: Any) -> Facts | None:
    """The document of that type changed, where no code rests on it any more; None where there is none."""
    if document(facts, kind) is None:
        return None
    cited = cited_elsewhere(facts, kind)
    changed = tuple(replace(each, **changes) if each.type == kind else each for each in cited.documents or ())
    return replace(cited, documents=changed)


def without_document(facts: Facts, kind: str) -> Facts | None:
    """The document of that type missing, and no code resting on it; None where there is none."""
    if document(facts, kind) is None:
        return None
    cited = cited_elsewhere(facts, kind)
    return replace(cited, documents=tuple(each for each in cited.documents or () if each.type != kind))


def cited_elsewhere(facts: Facts, kind: str) -> Facts:
    """What cites documents of this type cites a consultation instead."""
    other = Document("consultation", "consultation", "consultant", "kim", True)
    diagnoses = tuple(_elsewhere(each, kind, other.id) for each in facts.diagnoses or ())
    return replace(
        with_document(facts, other),
        diagnoses=diagnoses,
        external_causes=tuple(_elsewhere(each, kind, other.id) for each in facts.external_causes),
        procedures=tuple(_elsewhere(each, kind, other.id) for each in facts.procedures),
        lines=tuple(_elsewhere(each, kind, other.id) for each in facts.lines),
    )


def _elsewhere(item: Any, kind: str, other: str) -> Any:
    moved = tuple(replace(each, document=other) if each.document == kind else each for each in item.evidence)
    return replace(item, evidence=moved)


def resting_on(facts: Facts, held: Document) -> Facts:
    """The principal diagnosis rests on this document alone."""
    passage = Evidence(held.id, 10, 60, "documented in the assessment and plan")
    return principal(with_document(facts, held), evidence=(passage,))


def done(facts: Facts, code: str, system: str = "ICD-10-PCS") -> Facts:
    """One procedure more, on the day of admission, with its passage."""
    held = (facts.documents or ())[0].id
    added = Procedure(code, system, facts.admit_date, (Evidence(held, 10, 60, "procedure described"),))
    return replace(facts, procedures=(*facts.procedures, added))


def status(facts: Facts, code: str) -> Facts:
    """Another discharge status, in accounting and in the record."""
    record = facts.record and replace(facts.record, discharge_status=code)
    return replace(facts, discharge_status=code, record=record)
