"""The sentence of a finding: text with a closed set of words in braces. No format string is ever run."""

import re
from collections.abc import Callable
from typing import Any, Final

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import Diagnosis, Document
from coding_workflow.guidelines.words import listed, point, spoken

from . import values
from .vocabulary import PLACEHOLDERS

PLACEHOLDER: Final = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")
#: Codes that one sentence names.
_MOST = 12
Say = Callable[[Case, list[Any]], str]
Word = Callable[[Case, list[Any]], str]


def template(message: str) -> Say:
    """The message as a function of the case and of what the rule found."""
    parts = PLACEHOLDER.split(message)
    pieces: list[str | Word] = [WORDS[part] if at % 2 else part for at, part in enumerate(parts)]
    return lambda case, items: "".join(piece if isinstance(piece, str) else piece(case, items) for piece in pieces)


def _codes(case: Case, items: list[Any]) -> str:
    return _some({_code(item) for item in items if values.is_coded(item)})


def _code(item: Any) -> str:
    is_diagnosis = isinstance(item, Diagnosis | values.Code)
    return point(item.code) if is_diagnosis else values.subject(item)


def _documents(case: Case, items: list[Any]) -> str:
    return _some({spoken(item.type) for item in items if isinstance(item, Document)})


def _some(words: set[str]) -> str:
    named = sorted(words)
    return listed(named[:_MOST]) + (" ..." if len(named) > _MOST else "") if named else "none"


def _given(value: Any) -> str:
    return "not given" if values.absent(value) else str(value)


def _field(name: str) -> Word:
    return lambda case, items: spoken(_given(values.FIELDS[name](case)))


WORDS: Final[dict[str, Word]] = {
    "codes": _codes,
    "documents": _documents,
    "count": lambda case, items: str(len(items)),
    "principal": lambda case, items: point(case.principal.code) if case.principal else "not given",
    "patient_class": _field("patient_class"),
    "payer": _field("payer_kind"),
    "service": lambda case, items: _given(case.facts.service),
    "age": _field("age_years"),
    "length_of_stay": _field("length_of_stay"),
    "discharge_status": lambda case, items: _given(case.facts.discharge_status),
    "drg": lambda case, items: _given(values.FIELDS["drg"](case)),
    "days_since_discharge": _field("days_since_discharge"),
}
