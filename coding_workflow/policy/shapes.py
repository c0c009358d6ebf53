"""How each setting is asked for in a form: its words, its kind, its choices. Pure; a test finds every setting here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import vocabulary, words
from .rules import (
    Alternative,
    AutoRelease,
    BilledBy,
    BillHold,
    Downstream,
    EvidencePolicy,
    FacilityPolicy,
    QueryPolicy,
    RequiredDocument,
    RequiredTable,
    Scope,
    StepTarget,
    UnsignedDocuments,
)

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shape:
    """One setting. ``kind``: text, long, number, date, yes, choice, choices, codes, record, rows; ``of`` is what a record or
    the rows are made of; ``people`` is the role of those who can be chosen; ``capitals`` are what is typed turned into."""

    name: str
    kind: str
    label: str
    hint: str = ""
    choices: Choices = ()
    of: type | None = None
    people: str = ""
    capitals: bool = False


def _named(codes: Iterable[str]) -> Choices:
    return tuple((code, words.capital(words.name(code))) for code in codes)


_CLASSES: Final = _named(vocabulary.PATIENT_CLASSES)
_DOCUMENTS: Final = _named(vocabulary.DOCUMENT_TYPES)
_SITUATIONS: Final = tuple((code, words.capital(says)) for code, says in vocabulary.SITUATIONS.items())
_SEVERITIES: Final = (("hold", "Holds the account"), ("warn", "Is a warning"))
_WHOM: Final = Shape("scope", "record", "For whom", of=Scope)

SHAPES: Final[Mapping[type, tuple[Shape, ...]]] = {
    Scope: (
        Shape("patient_classes", "choices", "Patient classes", "None ticked: every class.", _CLASSES),
        Shape("payer_kinds", "choices", "Payers", "None ticked: every payer.", _named(vocabulary.PAYER_KINDS)),
        Shape("services", "codes", "Services", "Codes as registration sends them, with commas between. Empty: every service."),
    ),
    Alternative: (
        Shape("document_type", "choice", "Document", choices=_DOCUMENTS),
        Shape("when", "choices", "Counts only when", "None ticked: always.", _SITUATIONS),
    ),
    RequiredDocument: (
        Shape("title", "text", "Title", "As findings say it: “… has not been received.”"),
        Shape("code", "text", "Code", "Names the row in waivers and on certificates; small letters joined by _."),
        Shape("any_of", "rows", "Any one of these is enough", of=Alternative),
        _WHOM,
        Shape("when", "choices", "Needed only when", "None ticked: always.", _SITUATIONS),
        Shape("unless", "choices", "Not needed when", "", _SITUATIONS),
        Shape("must_be_signed", "yes", "It must be signed"),
        Shape("severity", "choice", "While it is missing it", choices=_SEVERITIES),
        Shape("owner", "choice", "Who provides it", choices=_named(vocabulary.OWNER_ROLES)),
        Shape("reference", "text", "Source", "The regulation or manual that asks for it."),
    ),
    BillHold: (Shape("days", "number", "Days after discharge", "0: no waiting."), _WHOM),
    StepTarget: (
        Shape(
            "step", "choice", "Step", choices=tuple((code, words.capital(words.name(code))) for code in vocabulary.TARGET_STEPS)
        ),
        Shape("days", "number", "Days after discharge", "By then an account has left the step."),
        _WHOM,
    ),
    UnsignedDocuments: (
        Shape("severity", "choice", "Evidence in an unsigned document", choices=_SEVERITIES),
        Shape("document_types", "choices", "Types of document", "None ticked: every type that no line above names.", _DOCUMENTS),
    ),
    RequiredTable: (Shape("tables", "choices", "Tables", choices=tuple((code, code) for code in vocabulary.TABLES)), _WHOM),
    Downstream: (
        Shape("table", "choice", "Table", choices=tuple((code, code) for code in vocabulary.TABLES)),
        Shape("declared_by", "choice", "Declared by", "An administrator of this facility.", people="administrator"),
        Shape("reason", "long", "Reason", "Printed on the certificate."),
        Shape("expires_on", "date", "Ends on", "On this day it no longer counts."),
        _WHOM,
    ),
    AutoRelease: (
        Shape("accountable_supervisor", "choice", "Who answers for it", "A supervisor of this facility.", people="supervisor"),
        Shape("daily_sample", "number", "Of each day's, looked at", "Drawn by chance for the accountable supervisor."),
        _WHOM,
    ),
    BilledBy: (
        Shape(
            "system",
            "choice",
            "Accounts",
            "Where final codes go is set under Claims.",
            tuple((code, words.capital(words.name(code))) for code in vocabulary.BILLING_SYSTEMS),
        ),
        _WHOM,
    ),
    EvidencePolicy: (
        Shape(
            "shown_on_record",
            "choices",
            "Shown on the record itself",
            "These cannot be left out.",
            _named(vocabulary.MANDATORY_EVIDENCE),
        ),
        Shape("other_forms", "choices", "Enough for all other codes", "", _named(vocabulary.EVIDENCE_FORMS)),
    ),
    QueryPolicy: (
        Shape("reminder_days", "number", "Reminder, days after sending"),
        Shape("second_reminder_days", "number", "Second reminder, days after sending"),
        Shape("escalation_days", "number", "Escalation, days after sending"),
        Shape("escalate_to", "choice", "Escalated to", choices=_named(vocabulary.ESCALATION_DESKS)),
        Shape("link_days", "number", "A link works for so many days"),
    ),
    FacilityPolicy: (
        Shape("title", "text", "Title"),
        Shape(
            "observe_until", "date", "Goes live on", "Before that day the gate only reports. Empty: it holds from the first day."
        ),
        Shape("bill_holds", "rows", "Bill hold", of=BillHold),
        Shape("required_documents", "rows", "Required documents", of=RequiredDocument),
        Shape("unsigned", "rows", "Unsigned documents", of=UnsignedDocuments),
        Shape("evidence", "record", "Evidence", of=EvidencePolicy),
        Shape("required_tables", "rows", "Code tables", of=RequiredTable),
        Shape("downstream", "rows", "Validated downstream", of=Downstream),
        Shape("select_modifiers", "codes", "Select modifiers", "Two characters each, with commas between.", capitals=True),
        Shape("query_is_legal_record", "yes", "A query is part of the legal record: its answer ends the hold"),
        Shape("queries", "record", "Reminders and escalation", of=QueryPolicy),
        Shape("suggestions_for", "choices", "Suggested codes for", "None ticked: for nobody.", _CLASSES),
        Shape("auto_release", "rows", "Release without approval", of=AutoRelease),
        Shape("billed_by", "rows", "Billing", of=BilledBy),
        Shape("targets", "rows", "Targets", of=StepTarget),
    ),
}

#: The parts of the editor: the section of the text, and the settings that its form asks for.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "about": ("title", "observe_until"),
    "bill_holds": ("bill_holds",),
    "required_documents": ("required_documents",),
    "unsigned": ("unsigned",),
    "evidence": ("evidence",),
    "required_tables": ("required_tables",),
    "downstream": ("downstream",),
    "select_modifiers": ("select_modifiers",),
    "queries": ("queries", "query_is_legal_record"),
    "suggestions_for": ("suggestions_for",),
    "auto_release": ("auto_release",),
    "billed_by": ("billed_by",),
    "targets": ("targets",),
}


def shape_of(kind: type, name: str) -> Shape:
    """The shape of one setting."""
    return next(shape for shape in SHAPES[kind] if shape.name == name)


def is_rows(part: str) -> bool:
    """Whether a part of the editor is a list whose rows are edited one by one."""
    return shape_of(FacilityPolicy, PARTS[part][0]).kind == "rows"


def blank(kind: type) -> dict[str, Any]:
    """A row of this kind before anything is typed."""
    return {shape.name: _blank(kind, shape) for shape in SHAPES[kind]}


def _blank(kind: type, shape: Shape) -> Any:
    if shape.kind == "record":
        return blank(shape.of or Scope)
    if shape.kind == "rows":
        return [blank(shape.of or Alternative)]
    default = kind.__dataclass_fields__[shape.name].default  # type: ignore[attr-defined]
    if shape.kind in {"choices", "codes"}:
        return list(default) if isinstance(default, tuple) else []
    return default if isinstance(default, str | int) else ""
