"""What the coder writes, and what the coder asks of providers."""

from .codes import (
    CodedDiagnosis,
    CodedItem,
    CodedProcedure,
    DiagnosisRole,
    Evidence,
    FinalCoding,
    PresentOnAdmission,
    RecordAbstract,
)
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

__all__ = [
    "OPEN_STATUSES",
    "AnswerWay",
    "CodedDiagnosis",
    "CodedItem",
    "CodedProcedure",
    "DiagnosisRole",
    "Evidence",
    "FinalCoding",
    "PresentOnAdmission",
    "ProviderQuery",
    "QueryKind",
    "QueryLink",
    "QueryOutcome",
    "QueryReminder",
    "QueryResponse",
    "QueryStatus",
    "RecordAbstract",
    "SentQuery",
]
