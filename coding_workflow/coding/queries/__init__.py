"""Questions to providers: what makes one compliant, and the wording that the department starts from. Pure."""

from .lint import Finding, Severity, blocks, lint
from .question import (
    REASONS,
    YES_NO_REASONS,
    Kind,
    Option,
    Question,
    Reason,
    options_of,
)

__all__ = [
    "REASONS",
    "YES_NO_REASONS",
    "Finding",
    "Kind",
    "Option",
    "Question",
    "Reason",
    "Severity",
    "blocks",
    "lint",
    "options_of",
]
