"""Which queue takes work, and for each that does not, the condition that was not met. Pure.

Conditions are clauses of the rule lab over what is known when work is routed; nothing here is a second language.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from accounts.models import WorkKind
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import Document, Facts, Line, Patient, Payer
from coding_workflow.guidelines.lab import values, vocabulary
from coding_workflow.guidelines.lab.compiling import compile_clause
from coding_workflow.guidelines.lab.definition import Asked, Clause
from coding_workflow.guidelines.lab.sentences import clause_words
from coding_workflow.guidelines.tables import NoTables
from coding_workflow.policy.standard import STANDARD as POLICY

from .document import QueueRule, QueueSet

#: What a condition may ask about: known with the registration, the charges and the documents, before anything is coded.
FIELDS: Final = (
    "patient_class",
    "service",
    "payer_kind",
    "payer_code",
    "admission_type",
    "discharge_status",
    "age_years",
    "length_of_stay",
    "total_charges",
)
#: Of a document only its type is asked: whether it has arrived.
DOCUMENTS: Final = "documents"
_TABLES: Final = NoTables()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One piece of work as the queues see it."""

    kind: str
    returned: bool
    patient_class: str
    service: str = ""
    payer_code: str = ""
    payer_kind: str = ""
    admission_type: str = ""
    discharge_status: str = ""
    birth_date: datetime.date | None = None
    admit_date: datetime.date | None = None
    discharge_date: datetime.date | None = None
    charges: Decimal = Decimal(0)
    documents: tuple[str, ...] = ()

    def case(self) -> Case:
        """The same as the rule lab's clauses read it."""
        facts = Facts(
            id="",
            patient_class=self.patient_class,
            service=self.service,
            payer=Payer(self.payer_code, self.payer_kind),
            patient=Patient(birth_date=self.birth_date),
            admission_type=self.admission_type,
            discharge_status=self.discharge_status,
            admit_date=self.admit_date,
            discharge_date=self.discharge_date,
            lines=(Line(charge=self.charges),),
            documents=tuple(Document(str(at), kind) for at, kind in enumerate(self.documents)),
        )
        return Case(facts, _TABLES, POLICY)


@dataclass(frozen=True, slots=True)
class Answer:
    """One queue's answer; ``against`` is the first thing that speaks against it, empty where it takes the work."""

    rule: QueueRule
    against: str


def first(queues: QueueSet, arrival: Arrival, active: Callable[[str], bool] = lambda code: True) -> QueueRule | None:
    """The first queue, in order, that takes this work and is active; None when none does."""
    case = arrival.case()
    return next((rule for rule in queues.queues if active(rule.code) and _takes(rule, arrival, case)), None)


def answers(queues: QueueSet, arrival: Arrival) -> list[Answer]:
    """What each queue says to this work, in order."""
    case = arrival.case()
    return [Answer(rule, _against(rule, arrival, case)) for rule in queues.queues]


def sentence(rule: QueueRule) -> str:
    """What the queue takes, in words."""
    words = [clause_words(clause, inner=True) for clause in rule.when]
    words += {"only": ["it came back to the person who had it"], "not": ["it did not come back"]}.get(rule.returned, [])
    kind = WorkKind(rule.kind).label
    return f"{kind}: {' and '.join(words)}." if words else f"{kind}: everything that no queue above takes."


def _takes(rule: QueueRule, arrival: Arrival, case: Case) -> bool:
    if rule.kind != arrival.kind or (rule.returned != "any" and (rule.returned == "only") != arrival.returned):
        return False
    return all(decide(case) for decide in _compiled(rule.when))


@lru_cache(maxsize=512)
def _compiled(when: tuple[Clause, ...]) -> tuple[Callable[[Case], bool | None], ...]:
    return tuple(compile_clause(clause).decide for clause in when)


def _against(rule: QueueRule, arrival: Arrival, case: Case) -> str:
    if rule.kind != arrival.kind:
        return f"It takes {WorkKind(rule.kind).label.lower()}; this is {WorkKind(arrival.kind).label.lower()}."
    if rule.returned == "only" and not arrival.returned:
        return "It takes only what came back to a person."
    if rule.returned == "not" and arrival.returned:
        return "It takes nothing that came back to a person."
    return next((_unmet(clause, case) for clause in rule.when if not compile_clause(clause).decide(case)), "")


def _unmet(clause: Clause, case: Case) -> str:
    """The condition with what the account says instead."""
    return f"Not so that {clause_words(clause)}{_here(clause, case)}."


def _here(clause: Clause, case: Case) -> str:
    if not isinstance(clause, Asked):
        return ""
    found = values.FIELDS[clause.field](case)
    return f": here {_said(vocabulary.FIELDS[clause.field], found)}" if not values.absent(found) else ": here it is not known"


def _said(field: vocabulary.Attribute, found: Any) -> str:
    if isinstance(found, Decimal | int):
        return f"{found:,} {field.unit}".strip()
    return dict(field.choices).get(found, str(found))


def unreached(queues: QueueSet) -> Iterable[tuple[QueueRule, QueueRule]]:
    """Queues that can never get anything, each with the one above that takes everything of its kind."""
    all_takers: dict[str, QueueRule] = {}
    for rule in queues.queues:
        if rule.kind in all_takers:
            yield rule, all_takers[rule.kind]
        elif not rule.when and rule.returned == "any":
            all_takers[rule.kind] = rule
