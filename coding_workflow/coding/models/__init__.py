"""What the coder writes, what the coder asks of providers, and what the coder is offered."""

from .codes import (
    CodedDiagnosis,
    CodedItem,
    CodedProcedure,
    DiagnosisRole,
    Evidence,
    FinalCoding,
    LinePointers,
    PresentOnAdmission,
    RecordAbstract,
)
from .proposals import ProposalState, ProposedCode
from .queries import (
    OPEN_STATUSES,
    AnswerWay,
    ProviderQuery,
    QueryKind,
    QueryLink,
    QueryOutcome,
    QueryReminder,
    QueryResponse,
    QueryStatus,
    SentQuery,
)
from .suggestions import Suggestion, SuggestionState

__all__ = [
    "OPEN_STATUSES",
    "AnswerWay",
    "CodedDiagnosis",
    "CodedItem",
    "CodedProcedure",
    "DiagnosisRole",
    "Evidence",
    "FinalCoding",
    "LinePointers",
    "PresentOnAdmission",
    "ProposalState",
    "ProposedCode",
    "ProviderQuery",
    "QueryKind",
    "QueryLink",
    "QueryOutcome",
    "QueryReminder",
    "QueryResponse",
    "QueryStatus",
    "RecordAbstract",
    "SentQuery",
    "Suggestion",
    "SuggestionState",
]
