"""A question to a provider, as plain data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["open", "multiple_choice", "yes_no"]
Reason = Literal[
    "indicators",
    "treatment",
    "specificity",
    "conflict",
    "cause",
    "present_on_admission",
    "validation",
    "procedure",
    "unclear",
]
#: What an option stands for: an alternative that the record supports, or one that every question must leave open.
Option = Literal["supported", "yes", "no", "other", "undetermined"]

#: Why a provider is asked, in the department's words.
REASONS: Final[dict[str, str]] = {
    "indicators": "Clinical indicators without a diagnosis",
    "treatment": "Treatment without a diagnosis",
    "specificity": "A documented diagnosis needs more detail",
    "conflict": "Documentation conflicts",
    "cause": "Cause and effect is not documented",
    "present_on_admission": "Present on admission is not documented",
    "validation": "A documented diagnosis without clinical indicators",
    "procedure": "A documented procedure needs more detail",
    "unclear": "Documentation is illegible, incomplete or unclear",
}

#: Reasons for which yes or no may be asked: each is about a diagnosis that a provider has documented already.
YES_NO_REASONS: Final = frozenset({"specificity", "conflict", "cause", "present_on_admission", "validation"})

_OTHER = re.compile(r"\s*(?:other\b|another\b|none of (?:the above|these)\b)", re.IGNORECASE)
_UNDETERMINED = re.compile(
    r"\s*(?:(?:un|not )able to (?:be )?determine|cannot (?:be )?determine|(?:clinically )?undetermined\b)",
    re.IGNORECASE,
)
_YES = re.compile(r"\s*yes\b", re.IGNORECASE)
_NO = re.compile(r"\s*no\b", re.IGNORECASE)
_MARKS: Final = (("undetermined", _UNDETERMINED), ("other", _OTHER))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: its subject (the title that the provider reads), the question, its options and the record's words.

    ``indicators`` are passages quoted from the record. Options are the lines as they are shown.
    """

    kind: Kind
    reason: str
    subject: str
    text: str
    options: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()


def options_of(kind: str, options: Iterable[str]) -> tuple[tuple[Option, str], ...]:
    """The options with what each stands for; the words decide. Yes and no are told apart only in a yes or no question."""
    return tuple((_stands_for(kind, words), words) for words in options)


def _stands_for(kind: str, words: str) -> Option:
    for option, mark in _MARKS:
        if mark.match(words):
            return option  # type: ignore[return-value]
    if kind == "yes_no" and _YES.match(words):
        return "yes"
    if kind == "yes_no" and _NO.match(words):
        return "no"
    return "supported"
