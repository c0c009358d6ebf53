"""The tables of release: the gate's own, what is due to be checked again, and what rules did or would do."""

from .backtests import Backtest, BacktestChunk, BacktestResult, BacktestState, Outcome
from .gate import (
    CaseSource,
    CaseState,
    Certificate,
    Check,
    DiscrepancyCase,
    DiscrepancyCaseQuerySet,
    Override,
    Release,
    Verdict,
)
from .rechecks import CheckDue, DayLooked, DueCause, ShadowFinding

__all__ = [
    "Backtest",
    "BacktestChunk",
    "BacktestResult",
    "BacktestState",
    "CaseSource",
    "CaseState",
    "Certificate",
    "Check",
    "CheckDue",
    "DayLooked",
    "DiscrepancyCase",
    "DiscrepancyCaseQuerySet",
    "DueCause",
    "Outcome",
    "Override",
    "Release",
    "ShadowFinding",
    "Verdict",
]
