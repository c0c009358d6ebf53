"""The queues that every facility starts with. Pure."""

from typing import Final

from accounts.models import WorkKind
from coding_workflow.guidelines.lab.definition import Asked, Clause

from .document import UNROUTED, QueueRule, QueueSet

RETURNED: Final = "returned"


def of_classes(classes: tuple[str, ...]) -> tuple[Clause, ...]:
    """The condition of a queue that takes these patient classes; none takes all."""
    return (Asked("patient_class", "one_of", tuple(sorted(classes))),) if classes else ()


def _coding(code: str, name: str, *classes: str) -> QueueRule:
    return QueueRule(code, name, WorkKind.CODING.value, of_classes(classes))


#: In the order of the rail; the first that takes the work owns it.
STANDARD: Final = QueueSet(
    (
        QueueRule(RETURNED, "Returned", WorkKind.CODING.value, returned="only"),
        _coding("code-inpatient", "Inpatient to code", "inpatient", "newborn"),
        _coding("code-observation", "Observation to code", "observation"),
        _coding("code-surgery", "Surgery to code", "outpatient_surgery"),
        _coding("code-emergency", "Emergency to code", "emergency"),
        _coding("code-recurring", "Recurring to code", "recurring"),
        _coding("code-clinic", "Clinic to code", "clinic", "ancillary"),
        _coding("code-professional", "Professional to code", "professional"),
        QueueRule("review", "Second-level review", WorkKind.REVIEW.value),
        QueueRule("query", "Query outstanding", WorkKind.QUERY.value),
        QueueRule("release", "Releasable", WorkKind.RELEASE.value),
        QueueRule("denials", "Denials", WorkKind.DENIAL.value),
        QueueRule("discrepancies", "Discrepancies", WorkKind.DISCREPANCY.value),
        QueueRule("import-errors", "Import errors", WorkKind.IMPORT_ERROR.value),
        QueueRule(UNROUTED, "Unrouted", WorkKind.CODING.value),
    )
)


def classes_of(rule: QueueRule) -> list[str]:
    """The patient classes that a queue is limited to by its conditions; empty where it asks nothing of them."""
    for clause in rule.when:
        if isinstance(clause, Asked) and clause.field == "patient_class" and clause.operator in {"is", "one_of"}:
            return [str(each) for each in (clause.value if isinstance(clause.value, tuple) else (clause.value,))]
    return []
