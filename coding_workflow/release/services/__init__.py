"""The verbs of release."""

from .approving import Approval, approve_release, approve_selected, release_by_policy, send_back
from .backtesting import cancel_backtest, start_backtest
from .checking import judge, run_check
from .ending import end_without_claim
from .overriding import agree_to_override, override_finding

__all__ = [
    "Approval",
    "agree_to_override",
    "approve_release",
    "approve_selected",
    "cancel_backtest",
    "end_without_claim",
    "judge",
    "override_finding",
    "release_by_policy",
    "run_check",
    "send_back",
    "start_backtest",
]
